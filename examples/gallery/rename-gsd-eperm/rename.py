# SPDX-License-Identifier: MIT
# A rename that copies where it is refused, for the errors that are named.
import errno, os, shutil, sys
os.mkdir("sdk")
held = open("sdk/tool", "w")
try:
    os.rename("sdk", "sdk.old")
except OSError as e:
    if errno.errorcode[e.errno] not in sys.argv[1:]:
        sys.exit("%s: %s" % (errno.errorcode[e.errno], e.strerror))
    shutil.copytree("sdk", "sdk.old")
    held.close()
    shutil.rmtree("sdk")
print(os.listdir("."))
