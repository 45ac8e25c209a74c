# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of lxshim for bash.

# Made by "make generate", until it ends:
_lxshim_words() {
  case $1 in
    'commands') echo run bisect matrix wsl report init gallery policy explain doctor win help ;;
    'options run') echo --policy --profile --filesystem --mount --set --trace --observe --enforce --overrides --scanner --latency --lane --require-complete --bind --verbose --quiet --report --fail-on --stacks --help ;;
    'options bisect') echo --policy --profile --filesystem --mount --set --scanner --latency --lane --require-complete --bind --verbose --json --runs --good --bad --skip --time-limit --jobs --fresh --setup --output --restart --help ;;
    'options matrix') echo --policy --mount --set --scanner --latency --lane --require-complete --bind --report --runs --good --bad --skip --time-limit --jobs --fresh --setup --eras --volumes --clients --blame --each --shard --emit --help ;;
    'commands matrix') echo merge ;;
    'options matrix merge') echo --report --each --help ;;
    'options wsl') echo --policy --set --trace --scanner --lane --require-complete --bind --verbose --quiet --report --fail-on --era --distribution --user --cd --etc --root --help ;;
    'options report') echo --fail-on --help ;;
    'options init') echo --eras --yes --dry-run --era --help ;;
    'options gallery') echo --lane --list --from --help ;;
    'options policy') echo --help ;;
    'commands policy') echo check show profiles rules schema trust ;;
    'options policy check') echo --help ;;
    'options policy show') echo --policy --profile --filesystem --mount --set --trace --observe --enforce --overrides --scanner --latency --json --help ;;
    'options policy profiles') echo --json --help ;;
    'options policy rules') echo --json --help ;;
    'options policy schema') echo --help ;;
    'options policy trust') echo --list --remove --help ;;
    'options explain') echo --era --volume --client --metadata --help ;;
    'options doctor') echo --help ;;
    'options win') echo --policy --profile --mount --elevated --help ;;
    'options help') echo --help ;;
    'commands win') echo attrib cmd copy del dir ea echo fsutil hold icacls md mklink more move nt ntcreate rd ren takeown type write ;;
    'topics') echo run wsl gallery policy rules mounts overrides latency scanner bisect matrix reports win trace coverage environment ;;
    '--profile') echo drvfs wsl1-1607 wsl1-1703 wsl1-1709 wsl1-1803 wsl1-1809 wsl1-1903 wsl1-19041 wsl1-current wsl2-9p wsl2-virtiofs ;;
    '--era') echo drvfs wsl1-1607 wsl1-1703 wsl1-1709 wsl1-1803 wsl1-1809 wsl1-1903 wsl1-19041 wsl1-current wsl2-9p wsl2-virtiofs ;;
    '--eras') echo drvfs wsl1-1607 wsl1-1703 wsl1-1709 wsl1-1803 wsl1-1809 wsl1-1903 wsl1-19041 wsl1-current wsl2-9p wsl2-virtiofs ;;
    'arguments') echo --policy --profile --filesystem --mount --set --trace --enforce --overrides --scanner --latency --lane --bind --report --fail-on --runs --good --bad --skip --time-limit --jobs --fresh --setup --output --eras --volumes --clients --era --volume --client --shard --emit --era --distribution --user --cd --etc --root --from ;;
    '--filesystem') echo ntfs fat fat32 exfat refs smb ;;
    '--latency') echo wsl1-1809 9p-2019 9p-2020 9p-2023 virtiofs-2026 off ;;
    '--lane') echo both preload supervisor ;;
    '--bind') echo auto always never ;;
    '--fresh') echo copy worktree none ;;
    '--volumes') echo ntfs fat fat32 exfat refs smb ;;
    '--clients') echo drvfs 9p virtiofs ;;
    '--volume') echo ntfs fat fat32 exfat refs smb ;;
    '--client') echo drvfs 9p virtiofs ;;
    '--emit') echo github gitlab ;;
    'rules') echo names.illegal names.private names.invalid_utf8 names.length names.short case.volume_root case.directories case.inherit access.granted access.mode access.damaged mode.fixed mode.owner mode.access metadata.keep chmod.readonly_bit chmod.non_owner chown.owner chown.non_owner chown.unchanged utimes.non_owner utimes.units utimes.clock utimes.range utimes.volume_root utimes.written create.no_write_bit open.readonly_file exec.script exec.any_file unlink.open_file rmdir.open_directory watch.holds unlink.readonly_file unlink.mapped_file rename.open_target rename.mapped_target rename.open_descendant rename.watched_descendant rename.readonly_target rename.flags rename.case rename.same_missing rename.file_to_directory rename.slash rename.illegal_target sharing.windows mount.boundary mount.options mount.again lxss.directories symlink.create symlink.nt symlink.small_letter symlink.denied reparse.alias reparse.unknown rmdir.reparse_point listing.links symlink.over_directory link.create link.limit link.unlinked link.directory_symlink special.fifo special.socket special.device mknod.regular open.tmpfile open.direct file.fallocate file.size file.truncate_mapped xattr.user xattr.names xattr.characters xattr.empty xattr.namespace xattr.trusted xattr.case_flag xattr.system file.seek_data file.sync_range file.copy_range directory.sync directory.rewind ioctl.flags handle.append handle.unlinked handle.reopened handle.renamed handle.readonly directory.removed directory.renamed watch.events stat.inode stat.attributes stat.directory stat.small_file stat.symlink_size stat.blocks stat.links stat.special stat.times stat.before_1970 statfs.type mount.line volfs.no_attributes volfs.cache volfs.drop_caches volfs.capability_stream volfs.temp volfs.directory identity.kernel identity.cmdline identity.filesystems identity.interop identity.proc identity.sysfs identity.cgroups identity.hosts identity.resolver identity.devices identity.mounts identity.containers identity.systemd identity.calls ;;
    'values names.illegal') echo escape reject ;;
    'values names.private') echo kept loses ;;
    'values names.invalid_utf8') echo allow replace EINVAL ;;
    'values names.length') echo native utf16 ;;
    'values names.short') echo on off ;;
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
    'values chown.unchanged') echo native EINVAL ;;
    'values utimes.non_owner') echo allow EPERM ;;
    'values utimes.units') echo native seconds ;;
    'values utimes.clock') echo native coarse ;;
    'values utimes.range') echo native EINVAL ;;
    'values utimes.volume_root') echo native EINVAL ;;
    'values utimes.written') echo native loses ;;
    'values create.no_write_bit') echo ignore readonly EACCES ;;
    'values open.readonly_file') echo native EACCES ;;
    'values exec.script') echo native EIO ;;
    'values exec.any_file') echo allow native ;;
    'values unlink.open_file') echo pending deny posix ;;
    'values rmdir.open_directory') echo pending deny posix ;;
    'values watch.holds') echo on off ;;
    'values unlink.readonly_file') echo allow EACCES ;;
    'values unlink.mapped_file') echo native EIO ;;
    'values rename.open_target') echo posix EPERM EACCES ;;
    'values rename.mapped_target') echo native EIO ;;
    'values rename.open_descendant') echo allow EACCES ;;
    'values rename.watched_descendant') echo allow EACCES ;;
    'values rename.readonly_target') echo allow EACCES ;;
    'values rename.flags') echo native EINVAL ;;
    'values rename.case') echo allow ignore ;;
    'values rename.same_missing') echo allow native ;;
    'values rename.file_to_directory') echo allow native ;;
    'values rename.slash') echo native ENOENT ;;
    'values rename.illegal_target') echo escape ENOENT ;;
    'values sharing.windows') echo allow EACCES ;;
    'values mount.boundary') echo native EXDEV ;;
    'values mount.options') echo ignore options EINVAL ;;
    'values mount.again') echo native kept ;;
    'values lxss.directories') echo native EACCES ;;
    'values symlink.create') echo lx nt-if-possible nt-through-links EPERM ;;
    'values symlink.nt') echo on off EIO ;;
    'values symlink.small_letter') echo native EIO ;;
    'values symlink.denied') echo native EACCES ;;
    'values reparse.alias') echo on off ;;
    'values reparse.unknown') echo native EIO ;;
    'values rmdir.reparse_point') echo native ENOTDIR ;;
    'values listing.links') echo off shown ;;
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
    'values open.direct') echo native ignore ;;
    'values file.fallocate') echo allow EOPNOTSUPP ;;
    'values file.size') echo native EFBIG ;;
    'values file.truncate_mapped') echo native EINVAL ;;
    'values xattr.user') echo allow EOPNOTSUPP ;;
    'values xattr.names') echo sensitive insensitive ;;
    'values xattr.characters') echo native EINVAL ;;
    'values xattr.empty') echo remove kept ;;
    'values xattr.namespace') echo ENODATA EOPNOTSUPP ;;
    'values xattr.trusted') echo native shown ;;
    'values xattr.case_flag') echo allow EOPNOTSUPP ;;
    'values xattr.system') echo allow EOPNOTSUPP ;;
    'values file.seek_data') echo native EINVAL ;;
    'values file.sync_range') echo native ENOSYS ;;
    'values file.copy_range') echo native ENOSYS ;;
    'values directory.sync') echo native EIO ;;
    'values directory.rewind') echo native loses ;;
    'values ioctl.flags') echo native ENOTTY ;;
    'values handle.append') echo native kept ;;
    'values handle.unlinked') echo native fstat ENOENT ;;
    'values handle.reopened') echo native ENOENT ;;
    'values handle.renamed') echo native ENOENT ;;
    'values handle.readonly') echo native EACCES ;;
    'values directory.removed') echo native ENOENT ;;
    'values directory.renamed') echo native until-found ENOENT ;;
    'values watch.events') echo native changes at-close EINVAL ;;
    'values stat.inode') echo native EOVERFLOW ;;
    'values stat.attributes') echo off native ;;
    'values stat.directory') echo on off two-links no-links ;;
    'values stat.small_file') echo on off ;;
    'values stat.symlink_size') echo native zero ;;
    'values stat.blocks') echo native clusters bytes allocated ;;
    'values stat.links') echo native one ;;
    'values stat.special') echo native regular ;;
    'values stat.times') echo native 100ns fat exfat ;;
    'values stat.before_1970') echo native zero ;;
    'values statfs.type') echo native drvfs 9p fuse ;;
    'values mount.line') echo native drvfs drvfs-plain drvfs-root 9p 9p-mmap virtiofs ;;
    'values volfs.no_attributes') echo ignore zero ;;
    'values volfs.cache') echo native kept ;;
    'values volfs.drop_caches') echo on off ;;
    'values volfs.capability_stream') echo on off ;;
    'values volfs.temp') echo on off ;;
    'values volfs.directory') echo on native ;;
    'values identity.kernel') echo on off ;;
    'values identity.cmdline') echo on off ;;
    'values identity.filesystems') echo on off ;;
    'values identity.interop') echo on off ;;
    'values identity.proc') echo on off ;;
    'values identity.sysfs') echo on off ;;
    'values identity.cgroups') echo on off ;;
    'values identity.hosts') echo on off ;;
    'values identity.resolver') echo on off ;;
    'values identity.devices') echo on off ;;
    'values identity.mounts') echo on off ;;
    'values identity.containers') echo on off ;;
    'values identity.systemd') echo on off ;;
    'values identity.calls') echo on off ;;
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
    --profile | --era | --eras | --filesystem | --volumes | --clients | --emit | --latency | --lane | --bind | --fresh) list=$(_lxshim_words "$option") ;;
    --*) return ;; # files
    *)
      if ((rest == 0)) && [[ $cur == -* ]]; then
        list=$(_lxshim_words "options $path")
      else
        case $path in
          '' | policy | win) list=$(_lxshim_words "commands${path:+ $path}") ;;
          explain) list=$(_lxshim_words rules) ;;
          help) list=$(_lxshim_words topics) ;;
          gallery) list=$(lxshim gallery --list 2>/dev/null | cut -d ' ' -f 1) ;;
          run | bisect | matrix | init | doctor)
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
