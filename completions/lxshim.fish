# SPDX-License-Identifier: MIT
# Completion of lxshim for fish.

# Made by "make generate", until it ends:
function __lxshim_words
    switch "$argv[1]"
        case 'commands'
            printf '%s\n' run bisect matrix wsl report init gallery policy explain doctor win help
        case 'options run'
            printf '%s\n' --policy --profile --filesystem --mount --set --trace --observe --enforce --overrides --scanner --latency --lane --require-complete --bind --verbose --quiet --report --fail-on --stacks --help
        case 'options bisect'
            printf '%s\n' --policy --profile --filesystem --mount --set --scanner --latency --lane --require-complete --bind --verbose --json --runs --good --bad --skip --time-limit --jobs --fresh --setup --output --restart --help
        case 'options matrix'
            printf '%s\n' --policy --mount --set --scanner --latency --lane --require-complete --bind --report --runs --good --bad --skip --time-limit --jobs --fresh --setup --eras --volumes --clients --blame --each --shard --emit --help
        case 'commands matrix'
            printf '%s\n' merge
        case 'options matrix merge'
            printf '%s\n' --report --each --help
        case 'options wsl'
            printf '%s\n' --policy --set --trace --scanner --lane --require-complete --bind --verbose --quiet --report --fail-on --era --distribution --user --cd --etc --root --help
        case 'options report'
            printf '%s\n' --fail-on --help
        case 'options init'
            printf '%s\n' --eras --yes --dry-run --era --help
        case 'options gallery'
            printf '%s\n' --lane --list --from --help
        case 'options policy'
            printf '%s\n' --help
        case 'commands policy'
            printf '%s\n' check show profiles rules schema trust
        case 'options policy check'
            printf '%s\n' --help
        case 'options policy show'
            printf '%s\n' --policy --profile --filesystem --mount --set --trace --observe --enforce --overrides --scanner --latency --json --help
        case 'options policy profiles'
            printf '%s\n' --json --help
        case 'options policy rules'
            printf '%s\n' --json --help
        case 'options policy schema'
            printf '%s\n' --help
        case 'options policy trust'
            printf '%s\n' --list --remove --help
        case 'options explain'
            printf '%s\n' --era --volume --client --metadata --help
        case 'options doctor'
            printf '%s\n' --help
        case 'options win'
            printf '%s\n' --policy --profile --mount --elevated --help
        case 'options help'
            printf '%s\n' --help
        case 'commands win'
            printf '%s\n' attrib cmd copy del dir ea echo fsutil hold icacls md mklink more move nt ntcreate rd ren takeown type write
        case 'topics'
            printf '%s\n' run wsl gallery policy rules mounts overrides latency scanner bisect matrix reports win trace coverage environment
        case '--profile'
            printf '%s\n' drvfs wsl1-1607 wsl1-1703 wsl1-1709 wsl1-1803 wsl1-1809 wsl1-1903 wsl1-19041 wsl1-current wsl2-9p wsl2-virtiofs
        case '--era'
            printf '%s\n' drvfs wsl1-1607 wsl1-1703 wsl1-1709 wsl1-1803 wsl1-1809 wsl1-1903 wsl1-19041 wsl1-current wsl2-9p wsl2-virtiofs
        case '--eras'
            printf '%s\n' drvfs wsl1-1607 wsl1-1703 wsl1-1709 wsl1-1803 wsl1-1809 wsl1-1903 wsl1-19041 wsl1-current wsl2-9p wsl2-virtiofs
        case 'arguments'
            printf '%s\n' --policy --profile --filesystem --mount --set --trace --enforce --overrides --scanner --latency --lane --bind --report --fail-on --runs --good --bad --skip --time-limit --jobs --fresh --setup --output --eras --volumes --clients --era --volume --client --shard --emit --era --distribution --user --cd --etc --root --from
        case '--filesystem'
            printf '%s\n' ntfs fat fat32 exfat refs smb
        case '--latency'
            printf '%s\n' wsl1-1809 9p-2019 9p-2020 9p-2023 virtiofs-2026 off
        case '--lane'
            printf '%s\n' both preload supervisor
        case '--bind'
            printf '%s\n' auto always never
        case '--fresh'
            printf '%s\n' copy worktree none
        case '--volumes'
            printf '%s\n' ntfs fat fat32 exfat refs smb
        case '--clients'
            printf '%s\n' drvfs 9p virtiofs
        case '--volume'
            printf '%s\n' ntfs fat fat32 exfat refs smb
        case '--client'
            printf '%s\n' drvfs 9p virtiofs
        case '--emit'
            printf '%s\n' github gitlab
        case 'rules'
            printf '%s\n' names.illegal names.private names.invalid_utf8 names.length names.short case.volume_root case.directories case.inherit access.granted access.mode access.damaged mode.fixed mode.owner mode.access metadata.keep chmod.readonly_bit chmod.non_owner chown.owner chown.non_owner chown.unchanged utimes.non_owner utimes.units utimes.clock utimes.range utimes.volume_root utimes.written create.no_write_bit open.readonly_file exec.script exec.any_file unlink.open_file rmdir.open_directory watch.holds unlink.readonly_file unlink.mapped_file rename.open_target rename.mapped_target rename.open_descendant rename.watched_descendant rename.readonly_target rename.flags rename.case rename.same_missing rename.file_to_directory rename.slash rename.illegal_target sharing.windows mount.boundary mount.options mount.again lxss.directories symlink.create symlink.nt symlink.small_letter symlink.denied reparse.alias reparse.unknown rmdir.reparse_point listing.links symlink.over_directory link.create link.limit link.unlinked link.directory_symlink special.fifo special.socket special.device mknod.regular open.tmpfile open.direct file.fallocate file.size file.truncate_mapped xattr.user xattr.names xattr.characters xattr.empty xattr.namespace xattr.trusted xattr.case_flag xattr.system file.seek_data file.sync_range file.copy_range directory.sync directory.rewind ioctl.flags handle.append handle.unlinked handle.reopened handle.renamed handle.readonly directory.removed directory.renamed watch.events stat.inode stat.attributes stat.directory stat.small_file stat.symlink_size stat.blocks stat.links stat.special stat.times stat.before_1970 statfs.type mount.line volfs.no_attributes volfs.cache volfs.drop_caches volfs.capability_stream volfs.temp volfs.directory identity.kernel identity.cmdline identity.filesystems identity.interop identity.proc identity.sysfs identity.cgroups identity.hosts identity.resolver identity.devices identity.mounts identity.containers identity.systemd identity.calls
        case 'values names.illegal'
            printf '%s\n' escape reject
        case 'values names.private'
            printf '%s\n' kept loses
        case 'values names.invalid_utf8'
            printf '%s\n' allow replace EINVAL
        case 'values names.length'
            printf '%s\n' native utf16
        case 'values names.short'
            printf '%s\n' on off
        case 'values case.volume_root'
            printf '%s\n' sensitive insensitive
        case 'values case.directories'
            printf '%s\n' off sensitive dir force
        case 'values case.inherit'
            printf '%s\n' on off
        case 'values access.granted'
            printf '%s\n' allow EACCES
        case 'values access.mode'
            printf '%s\n' on off
        case 'values access.damaged'
            printf '%s\n' allow EIO
        case 'values mode.fixed'
            printf '%s\n' on off
        case 'values mode.owner'
            printf '%s\n' native options
        case 'values mode.access'
            printf '%s\n' native shown
        case 'values metadata.keep'
            printf '%s\n' on off
        case 'values chmod.readonly_bit'
            printf '%s\n' on off
        case 'values chmod.non_owner'
            printf '%s\n' allow EPERM
        case 'values chown.owner'
            printf '%s\n' allow EPERM
        case 'values chown.non_owner'
            printf '%s\n' allow EPERM
        case 'values chown.unchanged'
            printf '%s\n' native EINVAL
        case 'values utimes.non_owner'
            printf '%s\n' allow EPERM
        case 'values utimes.units'
            printf '%s\n' native seconds
        case 'values utimes.clock'
            printf '%s\n' native coarse
        case 'values utimes.range'
            printf '%s\n' native EINVAL
        case 'values utimes.volume_root'
            printf '%s\n' native EINVAL
        case 'values utimes.written'
            printf '%s\n' native loses
        case 'values create.no_write_bit'
            printf '%s\n' ignore readonly EACCES
        case 'values open.readonly_file'
            printf '%s\n' native EACCES
        case 'values exec.script'
            printf '%s\n' native EIO
        case 'values exec.any_file'
            printf '%s\n' allow native
        case 'values unlink.open_file'
            printf '%s\n' pending deny posix
        case 'values rmdir.open_directory'
            printf '%s\n' pending deny posix
        case 'values watch.holds'
            printf '%s\n' on off
        case 'values unlink.readonly_file'
            printf '%s\n' allow EACCES
        case 'values unlink.mapped_file'
            printf '%s\n' native EIO
        case 'values rename.open_target'
            printf '%s\n' posix EPERM EACCES
        case 'values rename.mapped_target'
            printf '%s\n' native EIO
        case 'values rename.open_descendant'
            printf '%s\n' allow EACCES
        case 'values rename.watched_descendant'
            printf '%s\n' allow EACCES
        case 'values rename.readonly_target'
            printf '%s\n' allow EACCES
        case 'values rename.flags'
            printf '%s\n' native EINVAL
        case 'values rename.case'
            printf '%s\n' allow ignore
        case 'values rename.same_missing'
            printf '%s\n' allow native
        case 'values rename.file_to_directory'
            printf '%s\n' allow native
        case 'values rename.slash'
            printf '%s\n' native ENOENT
        case 'values rename.illegal_target'
            printf '%s\n' escape ENOENT
        case 'values sharing.windows'
            printf '%s\n' allow EACCES
        case 'values mount.boundary'
            printf '%s\n' native EXDEV
        case 'values mount.options'
            printf '%s\n' ignore options EINVAL
        case 'values mount.again'
            printf '%s\n' native kept
        case 'values lxss.directories'
            printf '%s\n' native EACCES
        case 'values symlink.create'
            printf '%s\n' lx nt-if-possible nt-through-links EPERM
        case 'values symlink.nt'
            printf '%s\n' on off EIO
        case 'values symlink.small_letter'
            printf '%s\n' native EIO
        case 'values symlink.denied'
            printf '%s\n' native EACCES
        case 'values reparse.alias'
            printf '%s\n' on off
        case 'values reparse.unknown'
            printf '%s\n' native EIO
        case 'values rmdir.reparse_point'
            printf '%s\n' native ENOTDIR
        case 'values listing.links'
            printf '%s\n' off shown
        case 'values symlink.over_directory'
            printf '%s\n' native EINVAL
        case 'values link.create'
            printf '%s\n' allow EPERM
        case 'values link.limit'
            printf '%s\n' native EINVAL
        case 'values link.unlinked'
            printf '%s\n' native EACCES
        case 'values link.directory_symlink'
            printf '%s\n' allow EISDIR
        case 'values special.fifo'
            printf '%s\n' allow EPERM EOPNOTSUPP
        case 'values special.socket'
            printf '%s\n' allow EPERM EOPNOTSUPP
        case 'values special.device'
            printf '%s\n' allow EPERM EOPNOTSUPP
        case 'values mknod.regular'
            printf '%s\n' allow EPERM
        case 'values open.tmpfile'
            printf '%s\n' allow EOPNOTSUPP
        case 'values open.direct'
            printf '%s\n' native ignore
        case 'values file.fallocate'
            printf '%s\n' allow EOPNOTSUPP
        case 'values file.size'
            printf '%s\n' native EFBIG
        case 'values file.truncate_mapped'
            printf '%s\n' native EINVAL
        case 'values xattr.user'
            printf '%s\n' allow EOPNOTSUPP
        case 'values xattr.names'
            printf '%s\n' sensitive insensitive
        case 'values xattr.characters'
            printf '%s\n' native EINVAL
        case 'values xattr.empty'
            printf '%s\n' remove kept
        case 'values xattr.namespace'
            printf '%s\n' ENODATA EOPNOTSUPP
        case 'values xattr.trusted'
            printf '%s\n' native shown
        case 'values xattr.case_flag'
            printf '%s\n' allow EOPNOTSUPP
        case 'values xattr.system'
            printf '%s\n' allow EOPNOTSUPP
        case 'values file.seek_data'
            printf '%s\n' native EINVAL
        case 'values file.sync_range'
            printf '%s\n' native ENOSYS
        case 'values file.copy_range'
            printf '%s\n' native ENOSYS
        case 'values directory.sync'
            printf '%s\n' native EIO
        case 'values directory.rewind'
            printf '%s\n' native loses
        case 'values ioctl.flags'
            printf '%s\n' native ENOTTY
        case 'values handle.append'
            printf '%s\n' native kept
        case 'values handle.unlinked'
            printf '%s\n' native fstat ENOENT
        case 'values handle.reopened'
            printf '%s\n' native ENOENT
        case 'values handle.renamed'
            printf '%s\n' native ENOENT
        case 'values handle.readonly'
            printf '%s\n' native EACCES
        case 'values directory.removed'
            printf '%s\n' native ENOENT
        case 'values directory.renamed'
            printf '%s\n' native until-found ENOENT
        case 'values watch.events'
            printf '%s\n' native changes at-close EINVAL
        case 'values stat.inode'
            printf '%s\n' native EOVERFLOW
        case 'values stat.attributes'
            printf '%s\n' off native
        case 'values stat.directory'
            printf '%s\n' on off two-links no-links
        case 'values stat.small_file'
            printf '%s\n' on off
        case 'values stat.symlink_size'
            printf '%s\n' native zero
        case 'values stat.blocks'
            printf '%s\n' native clusters bytes allocated
        case 'values stat.links'
            printf '%s\n' native one
        case 'values stat.special'
            printf '%s\n' native regular
        case 'values stat.times'
            printf '%s\n' native 100ns fat exfat
        case 'values stat.before_1970'
            printf '%s\n' native zero
        case 'values statfs.type'
            printf '%s\n' native drvfs 9p fuse
        case 'values mount.line'
            printf '%s\n' native drvfs drvfs-plain drvfs-root 9p 9p-mmap virtiofs
        case 'values volfs.no_attributes'
            printf '%s\n' ignore zero
        case 'values volfs.cache'
            printf '%s\n' native kept
        case 'values volfs.drop_caches'
            printf '%s\n' on off
        case 'values volfs.capability_stream'
            printf '%s\n' on off
        case 'values volfs.temp'
            printf '%s\n' on off
        case 'values volfs.directory'
            printf '%s\n' on native
        case 'values identity.kernel'
            printf '%s\n' on off
        case 'values identity.cmdline'
            printf '%s\n' on off
        case 'values identity.filesystems'
            printf '%s\n' on off
        case 'values identity.interop'
            printf '%s\n' on off
        case 'values identity.proc'
            printf '%s\n' on off
        case 'values identity.sysfs'
            printf '%s\n' on off
        case 'values identity.cgroups'
            printf '%s\n' on off
        case 'values identity.hosts'
            printf '%s\n' on off
        case 'values identity.resolver'
            printf '%s\n' on off
        case 'values identity.devices'
            printf '%s\n' on off
        case 'values identity.mounts'
            printf '%s\n' on off
        case 'values identity.containers'
            printf '%s\n' on off
        case 'values identity.systemd'
            printf '%s\n' on off
        case 'values identity.calls'
            printf '%s\n' on off
    end
end
# End of what "make generate" makes.

function __lxshim_complete
    set -l path ''
    set -l option ''
    set -l rest 0
    set -l cur (commandline -ct)
    for word in (commandline -opc)[2..-1]
        if test -n "$option"
            set option ''
        else if test $rest -eq 0; and contains -- $word (__lxshim_words arguments)
            set option $word
        else if test $rest -eq 0; and string match -q -- '-?*' $word
            test "$word" = --; and set rest 1
        else if test $rest -eq 0; and contains -- $word (__lxshim_words (string trim "commands $path"))
            set path (string trim "$path $word")
        else
            set rest (math $rest + 1)
        end
    end
    set -l before ''
    if test $rest -eq 0; and test -z "$option"; and string match -q -- '--*=*' $cur
        set option (string replace -r '=.*' '' -- $cur)
        set before "$option="
        set cur (string replace -r '^[^=]*=' '' -- $cur)
    end
    switch $option
        case --set
            if string match -q '*=*' -- $cur
                set -l rule (string replace -r '=.*' '' -- $cur)
                printf "$before$rule=%s\n" (__lxshim_words "values $rule")
            else
                printf "$before%s=\n" (__lxshim_words rules)
            end
        case --profile --era --eras --filesystem --volumes --clients --emit --latency --lane --bind --fresh
            printf "$before%s\n" (__lxshim_words $option)
        case '--*'
            __fish_complete_path $cur
        case '*'
            if test $rest -eq 0; and string match -q -- '-*' $cur
                __lxshim_words "options $path"
                return
            end
            switch $path
                case '' policy win
                    __lxshim_words (string trim "commands $path")
                case explain
                    __lxshim_words rules
                case help
                    __lxshim_words topics
                case gallery
                    lxshim gallery --list 2>/dev/null | string replace -r ' .*' ''
                case run bisect matrix init doctor
                    test $rest -gt 0; and __fish_complete_path $cur; or __fish_complete_command
                case '*'
                    __fish_complete_path $cur
            end
    end
end

complete -c lxshim -f -a '(__lxshim_complete)'
