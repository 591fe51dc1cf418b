"""Which tables are made from which part of the kernel source.

One Group is one .def file in lib/table; one Syscalls or Names is one table in it.
"""

from dataclasses import dataclass, field


@dataclass
class Syscalls:
    """The rows of a syscall.tbl that belong to the given ABIs."""
    id: str
    path: str
    abis: str


@dataclass
class Names:
    """Constants of headers whose whole name matches, in the order of their values."""
    id: str
    about: str
    paths: list
    match: str
    skip: str = ""           # whole names that match but do not belong
    enum: str = ""           # only constants of the enum with this tag
    strip: str = "^$"        # what the printed name lacks
    lower: bool = False      # print in small letters
    dash: bool = False       # print "-" for "_"
    least: int = 0           # values below and above do not belong
    most: int = 2**64 - 1
    sizes: dict = field(default_factory=dict)  # of the structures that ioctl numbers hold


@dataclass
class Rows:
    """What no header of the kernel spells as it is printed."""
    id: str
    about: str
    rows: list


@dataclass
class Bits:
    """Names of system calls, each with the sum of the bits of the lists that hold it."""
    id: str
    about: str
    lists: list  # (header, bit)


@dataclass
class Group:
    file: str
    about: str
    tables: list


UAPI = "include/uapi/linux/"
GENERIC = "include/uapi/asm-generic/"
AUDIT = "include/asm-generic/audit_"

# IANA's keywords for IP protocols.
IP_PROTOCOLS = [
    (0, "ip"), (1, "icmp"), (2, "igmp"), (3, "ggp"), (4, "ipencap"), (5, "st"), (6, "tcp"),
    (8, "egp"), (9, "igp"), (12, "pup"), (17, "udp"), (20, "hmp"), (22, "xns-idp"), (27, "rdp"),
    (29, "iso-tp4"), (33, "dccp"), (36, "xtp"), (37, "ddp"), (38, "idpr-cmtp"), (41, "ipv6"),
    (43, "ipv6-route"), (44, "ipv6-frag"), (45, "idrp"), (46, "rsvp"), (47, "gre"), (50, "esp"),
    (51, "ah"), (57, "skip"), (58, "ipv6-icmp"), (59, "ipv6-nonxt"), (60, "ipv6-opts"),
    (73, "rspf"), (81, "vmtp"), (88, "eigrp"), (89, "ospf"), (93, "ax.25"), (94, "ipip"),
    (97, "etherip"), (98, "encap"), (103, "pim"), (108, "ipcomp"), (112, "vrrp"), (115, "l2tp"),
    (124, "isis"), (132, "sctp"), (133, "fc"), (135, "mobility-header"), (136, "udplite"),
    (137, "mpls-in-ip"), (138, "manet"), (139, "hip"), (140, "shim6"), (141, "wesp"),
    (142, "rohc"), (143, "ethernet"), (262, "mptcp"),
]

# Sizes in bytes, on 64-bit machines, of what ioctl numbers encode the size of.
IOCTL_SIZES = {
    "struct termios2": 44, "struct serial_rs485": 32, "struct serial_iso7816": 44,
    "struct fstrim_range": 24, "struct fsxattr": 28, "struct file_clone_range": 32,
    "struct file_dedupe_range": 24, "struct fsuuid2": 17, "struct fs_sysfs_path": 129,
    "struct procmap_query": 104, "struct pm_scan_arg": 96, "struct fiemap": 32,
    "struct sock_fprog": 16, "struct ifreq": 40, "struct blkpg_ioctl_arg": 24,
    "struct fscrypt_policy_v1": 12, "struct fsverity_enable_arg": 128,
    "struct fscrypt_add_key_arg": 80, "struct fscrypt_remove_key_arg": 64,
    "struct fscrypt_get_key_status_arg": 128, "struct watchdog_info": 40,
    "struct uinput_setup": 92, "struct uinput_abs_setup": 28, "struct input_absinfo": 24,
    "struct tun_filter": 4, "struct virtio_blk_outhdr": 16,
}

GROUPS = [
    Group("syscall.def", """System calls of each machine, from the kernel's syscall.tbl files.""", [
        Syscalls("syscalls_x86_64", "arch/x86/entry/syscalls/syscall_64.tbl", "common 64"),
        Syscalls("syscalls_i386", "arch/x86/entry/syscalls/syscall_32.tbl", "i386"),
        Syscalls("syscalls_aarch64", "arch/arm64/tools/syscall_64.tbl",
                 "common 64 renameat rlimit memfd_secret"),
        Syscalls("syscalls_arm", "arch/arm/tools/syscall.tbl", "common eabi oabi"),
        Syscalls("syscalls_ppc64le", "arch/powerpc/kernel/syscalls/syscall.tbl",
                 "common nospu 64"),
        Syscalls("syscalls_ppc64", "arch/powerpc/kernel/syscalls/syscall.tbl", "common nospu 64"),
        Syscalls("syscalls_ppc", "arch/powerpc/kernel/syscalls/syscall.tbl", "common nospu 32"),
        Syscalls("syscalls_s390x", "arch/s390/kernel/syscalls/syscall.tbl", "common 64"),
        Syscalls("syscalls_s390", "arch/s390/kernel/syscalls/syscall.tbl", "common 32"),
        Syscalls("syscalls_riscv64", "scripts/syscall.tbl", "common 64 riscv rlimit memfd_secret"),
        Syscalls("syscalls_riscv32", "scripts/syscall.tbl", "common 32 riscv memfd_secret"),
    ]),
    Group("uringop.def", """Operations of io_uring, as they appear in URINGOP records and on the io_uring list.""", [
        Names("uringops", "", [UAPI + "io_uring.h"], r"IORING_OP_(\w+)", skip="IORING_OP_LAST",
              strip="IORING_OP_", lower=True),
    ]),
    Group("perm.def", """Permissions of rules (perm=, -p): which calls read, write or change attributes whatever their
arguments are. What opens or executes is not here: that depends on arguments (policy/call_perm.h).
A value is a sum of AUDIT_PERM_WRITE (2), AUDIT_PERM_READ (4) and AUDIT_PERM_ATTR (8).""", [
        Bits("perm_calls", "", [(AUDIT + "read.h", 4), (AUDIT + "dir_write.h", 2), (AUDIT + "write.h", 2),
                                (AUDIT + "change_attr.h", 8)]),
    ]),
    Group("errno.def", """Errors of system calls, asm-generic numbers: those of every machine in machine.def.""", [
        Names("errnos", "", [GENERIC + "errno-base.h", GENERIC + "errno.h"], r"E[A-Z0-9]+"),
    ]),
    Group("msgtype.def", """Types of audit records: the number and the word after "type=". Those below 1100 and from
1300 to 2099 are the kernel's, the others belong to trusted programs and the audit daemon.
Requests that never reach a log (AUDIT_GET ...) are not here.""", [
        Names("msgtypes", "", [UAPI + "audit.h"], r"AUDIT_(?!FIRST|LAST)\w+",
              skip="AUDIT_(REPLACE|WATCH_.*|SIGNAL_INFO|..._RULE|LIST_RULES|TRIM|MAKE_EQUIV|TTY_.ET|.ET_FEATURE)",
              strip="AUDIT_", least=1005, most=2999),
    ]),
]

GROUPS += [
    Group("file.def", """Arguments of calls that open, change, mount and lock files. A table whose id ends in _flags
holds single bits only: the value that means "none of them" is the reader's business.""", [
        Names("open_flags", "open; O_RDONLY is the absence of the two access modes.",
              [GENERIC + "fcntl.h"], r"(__)?O_[A-Z]+", least=1,
              skip="O_(ACCMODE|SYNC|TMPFILE|LARGEFILE|NDELAY)"),
        Names("fcntl_cmds", "fcntl, second argument.", [GENERIC + "fcntl.h", UAPI + "fcntl.h"],
              r"F_\w+", skip="F_(RDLCK|WRLCK|UNLCK|EXLCK|SHLCK|OWNER_.*|SEAL_.*|LINUX_.*)"),
        Names("fcntl_locks", "F_SETLEASE, third argument; l_type of a lock.",
              [GENERIC + "fcntl.h"], r"F_(RDLCK|WRLCK|UNLCK|EXLCK|SHLCK)"),
        Names("file_seals_flags", "F_ADD_SEALS, third argument.", [UAPI + "fcntl.h"],
              r"F_SEAL_\w+"),
        Names("dnotify_flags", "F_NOTIFY, third argument.", [UAPI + "fcntl.h"], r"DN_\w+"),
        Names("flock_flags", "flock, second argument.", [GENERIC + "fcntl.h"],
              r"LOCK_(SH|EX|NB|UN)"),
        Names("seek_whence", "lseek, third argument.", [UAPI + "fs.h"], r"SEEK_\w+",
              skip="SEEK_MAX"),
        Rows("access_flags", "access, faccessat; F_OK is none of them. POSIX's names.",
             [(1, "X_OK"), (2, "W_OK"), (4, "R_OK")]),
        Names("faccessat_flags", "faccessat2, fourth argument.", [UAPI + "fcntl.h"],
              r"AT_(EACCESS|SYMLINK_NOFOLLOW|EMPTY_PATH)"),
        Names("unlinkat_flags", "unlinkat, third argument.", [UAPI + "fcntl.h"], r"AT_REMOVEDIR"),
        Names("at_flags", "The flags that most *at calls share.", [UAPI + "fcntl.h"],
              r"AT_(SYMLINK_NOFOLLOW|SYMLINK_FOLLOW|NO_AUTOMOUNT|EMPTY_PATH|"
              r"STATX_FORCE_SYNC|STATX_DONT_SYNC|RECURSIVE)"),
        Names("rename_flags", "renameat2, fifth argument.", [UAPI + "fs.h"], r"RENAME_\w+"),
        Names("xattr_flags", "setxattr, fifth argument.", [UAPI + "xattr.h"],
              r"XATTR_(CREATE|REPLACE)"),
        Names("resolve_flags", "openat2's resolve.", [UAPI + "openat2.h"], r"RESOLVE_\w+"),
        Names("fallocate_flags", "fallocate, second argument.", [UAPI + "falloc.h"],
              r"FALLOC_FL_\w+", least=1),
        Names("close_range_flags", "close_range, third argument.", [UAPI + "close_range.h"],
              r"CLOSE_RANGE_\w+"),
        Names("splice_flags", "splice, tee, vmsplice.", ["include/linux/splice.h"],
              r"SPLICE_F_\w+", skip="SPLICE_F_ALL"),
        Names("sync_range_flags", "sync_file_range.", [UAPI + "fs.h"], r"SYNC_FILE_RANGE_\w+",
              skip="SYNC_FILE_RANGE_WRITE_AND_WAIT"),
        Names("mount_flags", "mount, fourth argument.", [UAPI + "mount.h", "include/linux/fs.h"],
              r"MS_\w+", skip="MS_(RMT_MASK|MGC_VAL|MGC_MSK|ASYNC|SYNC|INVALIDATE)"),
        Names("umount_flags", "umount2, second argument.", ["include/linux/fs.h"],
              r"(MNT_(FORCE|DETACH|EXPIRE)|UMOUNT_\w+)"),
        Names("open_tree_flags", "open_tree.", [UAPI + "mount.h", GENERIC + "fcntl.h",
                                                UAPI + "fcntl.h"],
              r"(OPEN_TREE_\w+|AT_(RECURSIVE|EMPTY_PATH|SYMLINK_NOFOLLOW|NO_AUTOMOUNT))"),
        Names("move_mount_flags", "move_mount, fifth argument.", [UAPI + "mount.h"],
              r"MOVE_MOUNT_(?!_)\w+", skip="MOVE_MOUNT__MASK"),
        Names("fsopen_flags", "fsopen, second argument.", [UAPI + "mount.h"], r"FSOPEN_\w+"),
        Names("fspick_flags", "fspick, third argument.", [UAPI + "mount.h"], r"FSPICK_\w+"),
        Names("fsconfig_cmds", "fsconfig, second argument.", [UAPI + "mount.h"],
              r"FSCONFIG_\w+"),
        Names("fsmount_flags", "fsmount, second argument.", [UAPI + "mount.h"], r"FSMOUNT_\w+"),
        Names("mount_attrs_flags", "fsmount, third argument; mount_setattr.", [UAPI + "mount.h"],
              r"MOUNT_ATTR_(?!_)\w+", least=1, skip="MOUNT_ATTR_SIZE_.*"),
        Names("inotify_flags", "inotify_add_watch, third argument.", [UAPI + "inotify.h"],
              r"IN_\w+", skip="IN_(CLOSE|MOVE|ALL_EVENTS|CLOEXEC|NONBLOCK)"),
        Names("fanotify_mark_flags", "fanotify_mark, second argument.", [UAPI + "fanotify.h"],
              r"FAN_MARK_\w+", least=1, skip="FAN_MARK_(IGNORE_SURV)"),
        Names("fanotify_events_flags", "fanotify_mark, third argument.", [UAPI + "fanotify.h"],
              r"FAN_(ACCESS|MODIFY|ATTRIB|CLOSE_WRITE|CLOSE_NOWRITE|OPEN|MOVED_FROM|MOVED_TO|"
              r"CREATE|DELETE|DELETE_SELF|MOVE_SELF|OPEN_EXEC|Q_OVERFLOW|FS_ERROR|OPEN_PERM|"
              r"ACCESS_PERM|OPEN_EXEC_PERM|PRE_ACCESS|EVENT_ON_CHILD|RENAME|ONDIR)"),
        Rows("fanotify_responses", "resp of FANOTIFY records, without the audit and info bits.",
             [(1, "allow"), (2, "deny")]),
        Rows("lookup_flags", "How a path was walked, of kernels before 2.6.30.",
             [(0x1, "follow"), (0x2, "directory"), (0x4, "continue"), (0x10, "parent"),
              (0x20, "noalt"), (0x40, "atomic"), (0x100, "open"), (0x200, "create"),
              (0x400, "access")]),
    ]),
    Group("memory.def", """Arguments of calls about memory and System V IPC. A table whose id ends in _flags holds
single bits only.""", [
        Names("mmap_prot_flags", "mmap, mprotect, third argument; PROT_NONE is none of them.",
              [GENERIC + "mman-common.h"], r"PROT_\w+", least=1),
        Names("mmap_flags", "mmap, fourth argument, as x86 numbers them.",
              ["arch/x86/include/uapi/asm/mman.h", GENERIC + "mman.h", GENERIC + "mman-common.h",
               UAPI + "mman.h"],
              r"MAP_\w+", least=1, skip="MAP_(TYPE|FILE|SHARED_VALIDATE|HUGE_.*)"),
        Names("mremap_flags", "mremap, fourth argument.", [UAPI + "mman.h"], r"MREMAP_\w+"),
        Names("mlockall_flags", "mlockall.", [GENERIC + "mman.h"], r"MCL_\w+"),
        Names("mlock2_flags", "mlock2, third argument.", [GENERIC + "mman-common.h"],
              r"MLOCK_ONFAULT"),
        Names("msync_flags", "msync, third argument.", [GENERIC + "mman-common.h"],
              r"MS_(ASYNC|SYNC|INVALIDATE)"),
        Names("madvise_advice", "madvise, third argument.", [GENERIC + "mman-common.h"],
              r"MADV_\w+"),
        Names("memfd_flags", "memfd_create, second argument.", [UAPI + "memfd.h"],
              r"MFD_(CLOEXEC|ALLOW_SEALING|HUGETLB|NOEXEC_SEAL|EXEC)"),
        Names("pkey_rights_flags", "pkey_alloc, second argument.", [GENERIC + "mman-common.h"],
              r"PKEY_DISABLE_\w+"),
        Names("ipc_calls", "ipc, first argument: the call that it stands for.", [UAPI + "ipc.h"],
              r"(SEM|MSG|SHM)[A-Z]+", lower=True),
        Names("ipc_flags", "semget, msgget, shmget.", [UAPI + "ipc.h"],
              r"IPC_(CREAT|EXCL|NOWAIT)"),
        Names("ipc_cmds", "semctl, msgctl, shmctl: what the three share.", [UAPI + "ipc.h"],
              r"IPC_(RMID|SET|STAT|INFO)"),
        Names("sem_cmds", "semctl.", [UAPI + "ipc.h", UAPI + "sem.h"],
              r"IPC_(RMID|SET|STAT|INFO)|GET(PID|VAL|ALL|NCNT|ZCNT)|SET(VAL|ALL)|SEM_(STAT|INFO)"
              r"|SEM_STAT_ANY"),
        Names("msg_cmds", "msgctl.", [UAPI + "ipc.h", UAPI + "msg.h"],
              r"IPC_(RMID|SET|STAT|INFO)|MSG_(STAT|INFO|STAT_ANY)"),
        Names("shm_cmds", "shmctl.", [UAPI + "ipc.h", UAPI + "shm.h"],
              r"IPC_(RMID|SET|STAT|INFO)|SHM_(LOCK|UNLOCK|STAT|INFO|STAT_ANY)"),
        Names("shm_flags", "shmget, and the state bits of a segment.",
              [UAPI + "shm.h", "include/linux/shm.h"],
              r"SHM_(DEST|LOCKED|HUGETLB|NORESERVE)"),
        Names("shmat_flags", "shmat, third argument.", [UAPI + "shm.h"],
              r"SHM_(RDONLY|RND|REMAP|EXEC)"),
    ]),
    Group("process.def", """Arguments of calls about processes, their rights and their time. A table whose id ends in
_flags holds single bits only.""", [
        Names("clone_flags", "clone; the low byte is a signal.", [UAPI + "sched.h"],
              r"CLONE_\w+", least=0x100, skip="CLONE_ARGS.*"),
        Names("namespace_flags", "unshare, setns.", [UAPI + "sched.h"], r"CLONE_\w+",
              skip="CLONE_ARGS.*"),
        Names("signals", "Of every machine in machine.def.", [GENERIC + "signal.h"],
              r"SIG[A-Z0-9]+", skip="SIG(RTMIN|RTMAX|STKSZ|BLOCK)", most=31),
        Names("prctl_options", "prctl, first argument.", [UAPI + "prctl.h"], r"PR_[A-Z0-9_]+",
              skip=r"PR_(UNALIGN|FPEMU|FP_EXC|TIMING|ENDIAN|TSC|SPEC|PAC_AP|TAGGED|MTE_|SET_MM_|"
                   r"CAP_AMBIENT_|FP_MODE_|MCE_KILL_(?!GET)|SCHED_CORE_|SYS_DISPATCH|MDWE_|"
                   r"SET_PTRACER_ANY|SET_VMA_|PMLEN|SVE_(VL|SET_VL_)|SME_(VL|SET_VL_)|"
                   r"RISCV_V_VSTATE_CTRL_|RISCV_CTX_|RISCV_SCOPE_|PPC_DEXCR_|SHADOW_STACK_).*"),
        Names("ptrace_requests", "ptrace, first argument.",
              [UAPI + "ptrace.h", "arch/x86/include/uapi/asm/ptrace-abi.h"], r"PTRACE_[A-Z0-9_]+",
              skip="PTRACE_(O_.*|EVENT(MSG)?_.*|SYSCALL_INFO_.*|PEEKSIGINFO_SHARED)"),
        Names("ptrace_options_flags", "PTRACE_SETOPTIONS, fourth argument.", [UAPI + "ptrace.h"],
              r"PTRACE_O_\w+", skip="PTRACE_O_MASK"),
        Names("rlimits", "getrlimit, setrlimit, prlimit64.", [GENERIC + "resource.h"],
              r"RLIMIT_\w+"),
        Names("sched_policies", "sched_setscheduler, second argument.", [UAPI + "sched.h"],
              r"SCHED_(NORMAL|FIFO|RR|BATCH|IDLE|DEADLINE|EXT)"),
        Names("personalities", "personality, without its flags.", [UAPI + "personality.h"],
              r"PER_\w+", skip="PER_(MASK|CLEAR_ON_SETID)"),
        Names("personality_flags", "personality, the flags.", [UAPI + "personality.h"],
              r"(UNAME26|ADDR_\w+|FDPIC_FUNCPTRS|MMAP_PAGE_ZERO|READ_IMPLIES_EXEC|SHORT_INODE|"
              r"WHOLE_SECONDS|STICKY_TIMEOUTS)"),
        Names("capabilities", "Without the CAP_ that everybody knows.", [UAPI + "capability.h"],
              r"CAP_[A-Z_]+", skip="CAP_LAST_CAP", strip="CAP_", lower=True, most=63),
        Names("seccomp_actions", "code of SECCOMP records, without its data.",
              [UAPI + "seccomp.h"], r"SECCOMP_RET_\w+", skip="SECCOMP_RET_(ACTION.*|DATA)",
              strip="SECCOMP_RET_", lower=True, dash=True),
        Names("seccomp_ops", "seccomp, first argument.", [UAPI + "seccomp.h"],
              r"SECCOMP_(SET_MODE_STRICT|SET_MODE_FILTER|GET_ACTION_AVAIL|GET_NOTIF_SIZES)"),
        Names("clock_ids", "clock_settime, first argument.", [UAPI + "time.h"], r"CLOCK_\w+"),
        Names("timer_flags", "clock_nanosleep, timer_settime.", [UAPI + "time.h"],
              r"TIMER_ABSTIME"),
        Names("epoll_ops", "epoll_ctl, second argument.", [UAPI + "eventpoll.h"],
              r"EPOLL_CTL_\w+"),
        Names("bpf_cmds", "bpf, first argument.", [UAPI + "bpf.h"], r"BPF_\w+", enum="bpf_cmd",
              skip="__MAX_BPF_CMD"),
        Names("wait_flags", "wait4, waitid.", [UAPI + "wait.h"],
              r"W(NOHANG|UNTRACED|STOPPED|EXITED|CONTINUED|NOWAIT)|__W(NOTHREAD|ALL|CLONE)"),
        Names("keyctl_cmds", "keyctl, first argument.", [UAPI + "keyctl.h"], r"KEYCTL_\w+",
              skip="KEYCTL_(SUPPORTS|CAPS|MOVE_EXCL).*", most=1000),
        Names("reboot_cmds", "reboot, third argument.", [UAPI + "reboot.h"],
              r"LINUX_REBOOT_CMD_\w+"),
        Names("module_flags", "finit_module, third argument.", [UAPI + "module.h"],
              r"MODULE_INIT_\w+"),
        Names("kexec_file_flags", "kexec_file_load, fifth argument.", [UAPI + "kexec.h"],
              r"KEXEC_FILE_\w+"),
        Names("io_uring_register_ops", "io_uring_register, second argument.",
              [UAPI + "io_uring.h"], r"IORING_(UN)?REGISTER_\w+", most=100,
              skip="IORING_REGISTER_(LAST|USE_REGISTERED_RING|FILES_SKIP|SRC.*|DST.*)"),
    ]),
    Group("socket.def", """Arguments of calls about sockets, and the numbers of packets. A table whose id ends in
_flags holds single bits only.""", [
        Names("socket_families", "socket, first argument; sockaddrs.", ["include/linux/socket.h"],
              r"AF_\w+", skip="AF_MAX", strip="AF_", lower=True, least=1),
        Names("socket_types", "socket, second argument, low byte.", ["include/linux/net.h"],
              r"SOCK_[A-Z]+", enum="sock_type"),
        Names("socket_type_flags", "socket, second argument, the bits above.",
              [GENERIC + "fcntl.h", "include/linux/net.h"], r"SOCK_(CLOEXEC|NONBLOCK)"),
        Rows("ip_protocols", "socket, third argument; packets. IANA's keywords, as netbase's "
             "/etc/protocols has them.", IP_PROTOCOLS),
        Names("socketcalls", "socketcall, first argument: the call that it stands for.",
              [UAPI + "net.h"], r"SYS_\w+", strip="SYS_", lower=True),
        Names("sock_levels", "setsockopt, second argument.", ["include/linux/socket.h"],
              r"SOL_\w+"),
        Names("sock_options", "At level SOL_SOCKET.", [GENERIC + "socket.h"],
              r"(SO|SCM)_\w+", skip="SO_(TIMESTAMP|TIMESTAMPNS|TIMESTAMPING|RCVTIMEO|SNDTIMEO)|"
              "SCM_(TIMESTAMP|TIMESTAMPNS|TIMESTAMPING|TXTIME|WIFI_STATUS)|SO_GET_FILTER|"
              "SO_EE_.*|SCM_(RIGHTS|CREDENTIALS|SECURITY|PIDFD)", least=1),
        Rows("sock_options_ppc", "The SOL_SOCKET options that powerpc numbers its own way: "
             "arch/powerpc/include/uapi/asm/socket.h.",
             [(16, "SO_RCVLOWAT"), (17, "SO_SNDLOWAT"), (18, "SO_RCVTIMEO"),
              (19, "SO_SNDTIMEO"), (20, "SO_PASSCRED"), (21, "SO_PEERCRED")]),
        Names("ip_options", "At level IPPROTO_IP.", [UAPI + "in.h",
                                                     UAPI + "netfilter_ipv4/ip_tables.h"],
              r"IP_[A-Z_]+|MCAST_\w+|IPT_SO_\w+", least=1, most=255,
              skip="IP_(PMTUDISC|DEFAULT|MAX).*|MCAST_(INCLUDE|EXCLUDE)|IPT_SO_(.*_MAX|GET_(INFO|"
              "ENTRIES))"),
        Names("ipv6_options", "At level IPPROTO_IPV6.", [UAPI + "in6.h", UAPI + "in.h",
                                                         UAPI + "netfilter_ipv6/ip6_tables.h"],
              r"IPV6_[A-Z0-9_]+|MCAST_\w+|IP6T_SO_\w+", least=1, most=255,
              skip="IPV6_(PMTUDISC|FL_|PRIORITY|TLV|PREFER|SCOPE|ADDR_(ANY|UNI|MULTI|LOOP|LINK|SITE"
              "|V4)).*|MCAST_(INCLUDE|EXCLUDE)|IP6T_SO_(.*_MAX|GET_(INFO|ENTRIES))"),
        Names("tcp_options", "At level IPPROTO_TCP.", [UAPI + "tcp.h"], r"TCP_[A-Z0-9_]+",
              least=1, most=255,
              skip="TCP_(FLAG|MSS|CM_INQ|QUEUES_NR|NLA|MD5SIG_(MAX|FLAG)|RECEIVE|REPAIR_O(N|FF)|THIN_LINEAR_X|CA|"
              "(NO|RECV|SEND|QUEUES).*QUEUE.*|AO_(MAX|KEYF)|FASTOPEN_CLIENT).*"),
        Names("udp_options", "At level IPPROTO_UDP.", [UAPI + "udp.h"],
              r"UDP_[A-Z0-9_]+", skip="UDP_ENCAP_.*"),
        Names("packet_options", "At level SOL_PACKET.", [UAPI + "if_packet.h"],
              r"PACKET_[A-Z_]+", least=1,
              skip="PACKET_(HOST|BROADCAST|MULTICAST|OTHERHOST|OUTGOING|LOOPBACK|USER|KERNEL|"
              "FASTROUTE|FANOUT_(?!DATA).*|MR_.*)"),
        Names("netlink_options", "At level SOL_NETLINK.", [UAPI + "netlink.h"],
              r"NETLINK_(ADD_MEMBERSHIP|DROP_MEMBERSHIP|PKTINFO|BROADCAST_ERROR|NO_ENOBUFS|RX_RING"
              r"|TX_RING|LISTEN_ALL_NSID|LIST_MEMBERSHIPS|CAP_ACK|EXT_ACK|GET_STRICT_CHK)"),
        Names("netlink_protocols", "socket, third argument, of family netlink.",
              [UAPI + "netlink.h"], r"NETLINK_[A-Z0-9_]+",
              skip="NETLINK_((ADD|DROP)_MEMBERSHIP|PKTINFO|BROADCAST_ERROR|NO_ENOBUFS|RX_RING|"
              "TX_RING|LISTEN_ALL_NSID|LIST_MEMBERSHIPS|CAP_ACK|EXT_ACK|GET_STRICT_CHK|"
              "UNCONNECTED|CONNECTED)"),
        Names("msg_flags", "send, recv and their kin.", ["include/linux/socket.h"],
              r"MSG_\w+", skip="MSG_(INTERNAL.*|EOF)", least=1),
        Names("shutdown_how", "shutdown, second argument.", ["include/linux/net.h"],
              r"SHUT_\w+"),
        Names("nf_protocols", "family of NETFILTER_CFG records.", [UAPI + "netfilter.h"],
              r"NFPROTO_\w+", skip="NFPROTO_NUMPROTO", strip="NFPROTO_", lower=True),
        Rows("inet_hooks", "hook of NETFILTER_PKT records: the chain of iptables.",
             [(0, "PREROUTING"), (1, "INPUT"), (2, "FORWARD"), (3, "OUTPUT"),
              (4, "POSTROUTING"), (5, "BROUTING")]),
        Rows("net_actions", "action of NETFILTER_PKT records: type of the AUDIT target.",
             [(0, "ACCEPT"), (1, "DROP"), (2, "REJECT")]),
        Rows("icmp_types", "icmptype of NETFILTER_PKT records, in the words of iptables.",
             [(0, "echo-reply"), (3, "destination-unreachable"), (4, "source-quench"),
              (5, "redirect"), (8, "echo"), (11, "time-exceeded"), (12, "parameter-problem"),
              (13, "timestamp-request"), (14, "timestamp-reply"), (15, "info-request"),
              (16, "info-reply"), (17, "address-mask-request"), (18, "address-mask-reply")]),
        Rows("ethertypes", "macproto of NETFILTER_PKT records.", [(0x800, "IP"), (0x806, "ARP")]),
        Rows("audit_groups", "nl-mcgrp: the multicast groups of the audit socket.",
             [(0, "audit-none"), (1, "audit-netlink-multicast")]),
    ]),
    Group("ioctl.def", """Requests of ioctl that are commonly seen, as x86 and arm number them.""", [
        Names("ioctl_requests", "ioctl, second argument; ioctlcmd.",
              [GENERIC + "ioctls.h", GENERIC + "sockios.h", UAPI + "sockios.h", UAPI + "fs.h", UAPI + "kd.h", UAPI + "vt.h",
               UAPI + "cdrom.h", UAPI + "loop.h", UAPI + "if_tun.h", UAPI + "tiocl.h",
               UAPI + "kvm.h", UAPI + "random.h", UAPI + "watchdog.h", UAPI + "nsfs.h",
               UAPI + "uinput.h", UAPI + "fscrypt.h"],
              r"(TC[SGXF]|TIOC|FIO|FIBMAP|FIGETBSZ|FITRIM|FIFREEZE|FITHAW|FICLONE|FIDEDUPE|SIOC|FS_IOC|"
              r"BLK[A-Z]|KD[SGMF]|GIO_|PIO_|VT_[A-Z]+|CDROM[A-Z_]|DVD_|LOOP_[A-Z]|TUN[SG]|KVM_[A-Z]|RND|WDIOC_|"
              r"NS_GET_|UI_[DS]).*",
              least=0x100, most=2**32 - 1,
              skip=r"TIOCPKT_.*|TIOCSER_TEMT|TIOCM_.*|SIOCPROTOPRIVATE|SIOCDEVPRIVATE|FS_IOC_MEASURE.*|"
              r"CDROM_(LBA|MSF|DATA.*|LEADOUT|AUDIO.*|PACKET_SIZE|MAX.*|NBLOCKS|.*_MODE|CHANGER.*)|"
              r"VT_(AUTO|PROCESS|ACKACQ|EVENT.*|MAX_.*)|BLK(TRACESETUP|PG_.*)|TIOCL_.*|"
              r"KVM_(API_VERSION|CAP_.*|EXIT_.*|IRQ.*|MAX.*|MEM_.*|MSI_.*|PV_.*|REG_.*|RUN_.*|S390.*|"
              r"STATS_.*|SYSTEM_.*|VCPU.*|ARM_.*|PPC.*|GUESTDBG.*|HYPERV.*|XEN.*|CLOCK.*|COALESCED.*|"
              r"DEV_.*|DIRTY.*|IOEVENTFD_.*|INTERNAL.*|MP_.*|PIT_.*|MSR.*|NOTIFY.*|BUS_.*|DEBUG.*|X86.*|"
              r"PMU.*|SYNC.*|TPR_.*|VM_.*|ENABLE_CAP_.*|VFIO.*|PSCI.*|LOONG.*|RISCV.*|BUG.*|KVM.*)",
              sizes=IOCTL_SIZES),
        Rows("ioctl_requests_ppc", "The requests above that powerpc encodes in another way.",
             [(0x40045430, "TIOCGPTN"), (0x80045431, "TIOCSPTLCK")]),
    ]),
]
