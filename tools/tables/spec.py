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
    rename: tuple = ()       # (pattern, replacement) on the name, before lower
    lower: bool = False
    least: int = 0           # constants below and above do not belong
    most: int = 2**64 - 1
    sizes: dict = field(default_factory=dict)  # of the structures that ioctl numbers hold


@dataclass
class Group:
    file: str
    about: str
    tables: list


UAPI = "include/uapi/linux/"
GENERIC = "include/uapi/asm-generic/"

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
              rename=("IORING_OP_", ""), lower=True),
    ]),
    Group("errno.def", """Errors of system calls, asm-generic numbers: those of every machine in machine.def.""", [
        Names("errnos", "", [GENERIC + "errno-base.h", GENERIC + "errno.h"], r"E[A-Z0-9]+"),
    ]),
    Group("msgtype.def", """Types of audit records: the number and the word after "type=". Those below 1100 and from
1300 to 2099 are the kernel's, the others belong to trusted programs and the audit daemon.
Requests that never reach a log (AUDIT_GET ...) are not here.""", [
        Names("msgtypes", "", [UAPI + "audit.h"], r"AUDIT_(?!FIRST|LAST)\w+",
              skip="AUDIT_(REPLACE|WATCH_.*|SIGNAL_INFO|..._RULE|LIST_RULES|TRIM|MAKE_EQUIV|TTY_.ET|.ET_FEATURE)",
              rename=("AUDIT_", ""), least=1005, most=2999),
    ]),
]
