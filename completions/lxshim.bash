# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of lxshim for bash.

# Made by "make generate", until it ends:
_lxshim_words() {
  case $1 in
    'commands') echo run bisect wsl report policy explain doctor win help ;;
    'options run') echo --policy --profile --mount --set --trace --observe --enforce --overrides --latency --lane --require-complete --bind --verbose --quiet --report --fail-on --help ;;
    'options bisect') echo --policy --profile --mount --set --lane --require-complete --bind --json --runs --good --bad --skip --time-limit --jobs --fresh --setup --output --restart --help ;;
    'options wsl') echo --policy --set --trace --lane --require-complete --bind --verbose --quiet --report --fail-on --era --distribution --user --cd --etc --help ;;
    'options report') echo --fail-on --help ;;
    'options policy') echo --help ;;
    'commands policy') echo check show profiles rules schema trust ;;
    'options policy check') echo --help ;;
    'options policy show') echo --policy --profile --mount --set --trace --observe --enforce --overrides --latency --json --help ;;
    'options policy profiles') echo --json --help ;;
    'options policy rules') echo --json --help ;;
    'options policy schema') echo --help ;;
    'options policy trust') echo --list --remove --help ;;
    'options explain') echo --help ;;
    'options doctor') echo --help ;;
    'options win') echo --policy --profile --mount --elevated --help ;;
    'options help') echo --help ;;
    'commands win') echo attrib cmd copy del dir ea echo fsutil hold icacls md mklink more move nt ntcreate rd ren takeown type write ;;
    'topics') echo run wsl policy rules mounts overrides latency bisect reports win trace coverage environment ;;
    '--profile') echo drvfs wsl1-1607 wsl1-1703 wsl1-1709 wsl1-1803 wsl1-1809 wsl1-1903 wsl1-19041 wsl1-current wsl2-9p wsl2-virtiofs ;;
    '--era') echo drvfs wsl1-1607 wsl1-1703 wsl1-1709 wsl1-1803 wsl1-1809 wsl1-1903 wsl1-19041 wsl1-current wsl2-9p wsl2-virtiofs ;;
    'arguments') echo --policy --profile --mount --set --trace --enforce --overrides --latency --lane --bind --report --fail-on --runs --good --bad --skip --time-limit --jobs --fresh --setup --output --era --distribution --user --cd --etc ;;
    '--latency') echo wsl1-1809 9p-2019 9p-2020 9p-2023 virtiofs-2026 ;;
    '--lane') echo both preload supervisor ;;
    '--bind') echo auto always never ;;
    '--fresh') echo copy worktree none ;;
    'rules') echo names.illegal names.invalid_utf8 names.length case.volume_root case.directories case.inherit access.granted access.mode access.damaged mode.fixed mode.owner mode.access metadata.keep chmod.readonly_bit chmod.non_owner chown.owner chown.non_owner utimes.non_owner utimes.units utimes.clock utimes.range create.no_write_bit open.readonly_file exec.any_file unlink.open_file rmdir.open_directory unlink.readonly_file rename.open_target rename.open_descendant rename.readonly_target rename.flags rename.case rename.same_missing rename.illegal_target sharing.windows mount.boundary lxss.directories symlink.create symlink.nt symlink.over_directory link.create link.limit link.unlinked link.directory_symlink special.fifo special.socket special.device mknod.regular open.tmpfile file.fallocate file.size xattr.user xattr.names xattr.empty xattr.namespace xattr.trusted xattr.case_flag xattr.system file.seek_data file.sync_range directory.sync directory.rewind ioctl.flags handle.append handle.unlinked stat.directory stat.small_file stat.blocks stat.links stat.times stat.before_1970 statfs.type mount.line identity.kernel identity.cmdline identity.filesystems identity.interop identity.containers ;;
    'values names.illegal') echo escape reject ;;
    'values names.invalid_utf8') echo allow EINVAL ;;
    'values names.length') echo native utf16 ;;
    'values case.volume_root') echo sensitive insensitive ;;
    'values case.directories') echo off sensitive dir force ;;
    'values case.inherit') echo on off ;;
    'values access.granted') echo allow EACCES ;;
    'values access.mode') echo on off ;;
    'values access.damaged') echo allow EIO ;;
    'values mode.fixed') echo on off ;;
    'values mode.owner') echo native options ;;
    'values mode.access') echo native shown ;;
    'values metadata.keep') echo on off ;;
    'values chmod.readonly_bit') echo on off ;;
    'values chmod.non_owner') echo allow EPERM ;;
    'values chown.owner') echo allow EPERM ;;
    'values chown.non_owner') echo allow EPERM ;;
    'values utimes.non_owner') echo allow EPERM ;;
    'values utimes.units') echo native seconds ;;
    'values utimes.clock') echo native coarse ;;
    'values utimes.range') echo native EINVAL ;;
    'values create.no_write_bit') echo ignore readonly ;;
    'values open.readonly_file') echo native EACCES ;;
    'values exec.any_file') echo allow native ;;
    'values unlink.open_file') echo pending deny posix ;;
    'values rmdir.open_directory') echo pending deny posix ;;
    'values unlink.readonly_file') echo allow EACCES ;;
    'values rename.open_target') echo posix EPERM EACCES ;;
    'values rename.open_descendant') echo allow EACCES ;;
    'values rename.readonly_target') echo allow EACCES ;;
    'values rename.flags') echo native EINVAL ;;
    'values rename.case') echo allow ignore ;;
    'values rename.same_missing') echo allow native ;;
    'values rename.illegal_target') echo escape ENOENT ;;
    'values sharing.windows') echo allow EACCES ;;
    'values mount.boundary') echo native EXDEV ;;
    'values lxss.directories') echo native EACCES ;;
    'values symlink.create') echo lx nt-if-possible nt-through-links EPERM ;;
    'values symlink.nt') echo on off EIO ;;
    'values symlink.over_directory') echo native EINVAL ;;
    'values link.create') echo allow EPERM ;;
    'values link.limit') echo native EINVAL ;;
    'values link.unlinked') echo native EACCES ;;
    'values link.directory_symlink') echo allow EISDIR ;;
    'values special.fifo') echo allow EPERM EOPNOTSUPP ;;
    'values special.socket') echo allow EPERM EOPNOTSUPP ;;
    'values special.device') echo allow EPERM EOPNOTSUPP ;;
    'values mknod.regular') echo allow EPERM ;;
    'values open.tmpfile') echo allow EOPNOTSUPP ;;
    'values file.fallocate') echo allow EOPNOTSUPP ;;
    'values file.size') echo native EFBIG ;;
    'values xattr.user') echo allow EOPNOTSUPP ;;
    'values xattr.names') echo sensitive insensitive ;;
    'values xattr.empty') echo remove kept ;;
    'values xattr.namespace') echo ENODATA EOPNOTSUPP ;;
    'values xattr.trusted') echo native shown ;;
    'values xattr.case_flag') echo allow EOPNOTSUPP ;;
    'values xattr.system') echo allow EOPNOTSUPP ;;
    'values file.seek_data') echo native EINVAL ;;
    'values file.sync_range') echo native ENOSYS ;;
    'values directory.sync') echo native EIO ;;
    'values directory.rewind') echo native loses ;;
    'values ioctl.flags') echo native ENOTTY ;;
    'values handle.append') echo native kept ;;
    'values handle.unlinked') echo native ENOENT ;;
    'values stat.directory') echo on off two-links no-links ;;
    'values stat.small_file') echo on off ;;
    'values stat.blocks') echo native clusters bytes ;;
    'values stat.links') echo native one ;;
    'values stat.times') echo native 100ns fat exfat ;;
    'values stat.before_1970') echo native zero ;;
    'values statfs.type') echo native drvfs 9p fuse ;;
    'values mount.line') echo native drvfs drvfs-plain drvfs-root 9p 9p-mmap virtiofs ;;
    'values identity.kernel') echo on off ;;
    'values identity.cmdline') echo on off ;;
    'values identity.filesystems') echo on off ;;
    'values identity.interop') echo on off ;;
    'values identity.containers') echo on off ;;
  esac
}
# End of what "make generate" makes.

# Reads the words before the cursor: the command comes to `path`, the option whose argument is typed
# to `option`, how many words stand behind the command to `rest`.
_lxshim_read() {
  local i word taking
  taking=" $(_lxshim_words arguments) "
  path='' option='' rest=0
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    word=${words[i]}
    if [[ -n $option ]]; then
      option=''
    elif ((rest == 0)) && [[ $taking == *" $word "* ]]; then
      option=$word
    elif ((rest > 0)) || [[ $word != -?* ]]; then
      if ((rest == 0)) && [[ " $(_lxshim_words "commands${path:+ $path}") " == *" $word "* ]]; then
        path=${path:+$path }$word
      else
        rest=$((rest + 1))
      fi
    elif [[ $word == -- ]]; then
      rest=$((rest + 1))
    fi
  done
}

_lxshim() {
  local words path option rest list='' cur
  read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
  [[ ${COMP_LINE:0:COMP_POINT} != *[[:space:]] ]] || words+=('')
  cur=${words[-1]}
  _lxshim_read
  if ((rest == 0)) && [[ $cur == --*=* ]]; then
    option=${cur%%=*} cur=${cur#*=}
  fi
  case $option in
    --set)
      if [[ $cur == *=* ]]; then
        list=$(_lxshim_words "values ${cur%%=*}") cur=${cur#*=}
      else
        list=$(_lxshim_words rules)
        list="${list// /= }=" # the value comes next
        compopt -o nospace
      fi
      ;;
    --profile | --lane | --bind | --fresh) list=$(_lxshim_words "$option") ;;
    --*) return ;; # files
    *)
      if ((rest == 0)) && [[ $cur == -* ]]; then
        list=$(_lxshim_words "options $path")
      else
        case $path in
          '' | policy | win) list=$(_lxshim_words "commands${path:+ $path}") ;;
          explain) list=$(_lxshim_words rules) ;;
          help) list=$(_lxshim_words topics) ;;
          run | bisect | doctor)
            ((rest > 0)) || mapfile -t COMPREPLY < <(compgen -c -- "$cur")
            return
            ;;
        esac
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$list" -- "$cur")
}

complete -o default -F _lxshim lxshim
