"""The system calls that the sandbox withholds.

The sandbox's namespaces hide the machine; this filter removes what is left between a session
and process 1 of its own sandbox, what would survive a session, and the kernel interfaces with
a history of holes.  It denies by a list: scientific Python uses too many calls for the opposite.
"""

from __future__ import annotations

import errno
import socket
import tempfile
from typing import IO, Any

NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
SHARED_ANONYMOUS = 0x01 | 0x20  # MAP_SHARED (or MAP_SHARED_VALIDATE) | MAP_ANONYMOUS
TIOCSTI, TIOCLINUX = 0x5412, 0x541C

DENIED = (
    # other processes: memory, descriptors, limits, priority, processor
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "process_madvise", "process_mrelease"),
    *("sched_setscheduler", "sched_setparam", "sched_setattr", "sched_setaffinity", "ioprio_set"),
    *("migrate_pages", "move_pages", "mbind", "set_mempolicy", "set_mempolicy_home_node"),
    # what would outlive the session's processes, or hold memory that belongs to none of them
    *("shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop", "semtimedop", "semctl"),
    *("mq_open", "mq_unlink", "keyctl", "add_key", "request_key", "memfd_create", "memfd_secret"),
    # namespaces and mounts
    *("unshare", "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen"),
    *("open_tree_attr", "fsconfig", "fsmount", "fspick", "mount_setattr", "statmount", "listmount"),
    *("open_by_handle_at", "name_to_handle_at", "fanotify_init", "fanotify_mark", "quotactl", "quotactl_fd"),
    # the kernel
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "personality"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff"),
    *("syslog", "acct", "vhangup", "iopl", "ioperm", "modify_ldt", "lookup_dcookie", "nfsservctl", "uselib", "sysfs"),
    *("settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname"),
)


def build() -> IO[bytes] | None:
    """The filter as a file for ``bwrap --seccomp``; ``None`` where libseccomp is not installed."""
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError):
        return None
    program = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    _fill(program, pyseccomp)
    file = tempfile.TemporaryFile()  # noqa: SIM115  its descriptor is handed on
    program.export_bpf(file)
    file.seek(0)
    return file


def _fill(program: Any, lib: Any) -> None:
    refuse = lib.ERRNO(errno.EPERM)

    def deny(name: str, *conditions: Any, action: int = refuse) -> None:
        if lib.resolve_syscall(lib.system_arch(), name) >= 0:  # an older libseccomp does not know newer calls
            program.add_rule_exactly(action, name, *conditions)

    for name in DENIED:
        deny(name)
    # of a file that can only be read it would be one that the machine's other processes wait for
    deny("flock", action=lib.ERRNO(errno.ENOLCK))
    deny("clone3", action=lib.ERRNO(errno.ENOSYS))  # its flags lie in memory; the C library then uses clone
    for flag in NAMESPACES:
        deny("clone", lib.Arg(0, lib.MASKED_EQ, flag, flag))
    deny("prlimit64", lib.Arg(0, lib.NE, 0))
    for argument in (0, 1):  # a process may lower its own priority
        deny("setpriority", lib.Arg(argument, lib.NE, 0))
    # memory that no process's account shows once it is unmapped page by page
    deny("mmap", lib.Arg(3, lib.MASKED_EQ, SHARED_ANONYMOUS, SHARED_ANONYMOUS))
    for request in (TIOCSTI, TIOCLINUX):
        deny("ioctl", lib.Arg(1, lib.MASKED_EQ, 0xFFFFFFFF, request))
    allowed = {int(socket.AF_UNIX), int(socket.AF_INET), int(socket.AF_INET6)}
    for call in ("socket", "socketpair"):
        for family in set(range(max(allowed))) - allowed:
            deny(call, lib.Arg(0, lib.EQ, family))
        deny(call, lib.Arg(0, lib.GT, max(allowed)))
