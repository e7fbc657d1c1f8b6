// SPDX-License-Identifier: MIT
// rlimits, Landlock and seccomp. The filter is an allow-list: whatever is not named traps, the handler reports the number, and
// the process is killed by the one rule that kills outright (a new handler for SIGSYS). Nobody can put another handler in its
// place for the same reason; where SIGSYS is blocked or ignored, the kernel kills at once, without a report.
// Libraries open files when one least expects it. What is needed later is therefore called once before the doors close: see
// warm(). What cannot be warmed is asked to do without (text_without_files).
#include "host/worker/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/sanitized.h"
#include "base/text.h"

enum { DESCRIPTORS = 64, FOLDERS_MAX = 256 };

// ---- limits --------------------------------------------------------------------------------------------------------------

static voc_rc failed(struct diag *d, const char *what)
{
    diag_error(d, "SANDBOX-001", NULL, 0, "--isolate=never reads without this protection: only what you trust",
               "input plugins cannot be kept from doing harm here: %s: %s", what, strerror(errno));
    return VOC_E_POLICY;
}

static bool limit(int which, uint64_t soft, uint64_t hard)
{
    struct rlimit had;
    if (getrlimit((__rlimit_resource_t)which, &had) != 0) return false;
    struct rlimit want = {(rlim_t)soft, (rlim_t)hard};
    if (had.rlim_max < want.rlim_max) want.rlim_max = had.rlim_max; // never wider than it was
    if (want.rlim_max < want.rlim_cur) want.rlim_cur = want.rlim_max;
    return setrlimit((__rlimit_resource_t)which, &want) == 0;
}

// RLIMIT_NPROC counts the processes of the user, threads included, and does not bind root: that none is started is the filter's.
voc_rc sandbox_limit(const struct sandbox_limits *l, struct diag *d)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed(d, "no_new_privs");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed(d, "dumpable");
    if (l->parent) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return failed(d, "pdeathsig");
        if (getppid() != l->parent) return VOC_E_IO; // it died before that was in force: nobody is listening
    }
    if (!limit(RLIMIT_CORE, 0, 0) || !limit(RLIMIT_FSIZE, 0, 0) || !limit(RLIMIT_NOFILE, DESCRIPTORS, DESCRIPTORS) || !limit(RLIMIT_MSGQUEUE, 0, 0) ||
        !limit(RLIMIT_MEMLOCK, 0, 0))
        return failed(d, "setrlimit");
    if (l->memory_bytes && !SANITIZED && !limit(RLIMIT_DATA, l->memory_bytes, l->memory_bytes)) return failed(d, "setrlimit data");
    if (l->cpu_seconds && !limit(RLIMIT_CPU, l->cpu_seconds, l->cpu_seconds + 1)) return failed(d, "setrlimit cpu");
    return VOC_OK;
}

// ---- Landlock ------------------------------------------------------------------------------------------------------------
// The numbers are of the kernel's interface; written out, since headers of the distributions lag behind the kernels that people run.

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#define LANDLOCK_VERSION 1u /* flag of create_ruleset: gives the ABI */
#define LANDLOCK_BENEATH 1  /* type of a rule: a path */
#define LANDLOCK_READ_FILE (1ull << 2)
#define LANDLOCK_READ_DIR (1ull << 3)

struct landlock_rules { uint64_t files, net, scoped; };
struct landlock_beneath { uint64_t allowed; int32_t folder; } __attribute__((packed));

int sandbox_landlock(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_VERSION);
    return abi > 0 ? (int)abi : 0;
}

// A set of rules that forbids all that this ABI can forbid; -1: none can be made.
static int forbid_all(int abi)
{
    const unsigned rights = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13; // refer, truncate and ioctl_dev came later
    struct landlock_rules rules = {.files = (1ull << rights) - 1, .net = 3, .scoped = 3};
    size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? offsetof(struct landlock_rules, scoped) : offsetof(struct landlock_rules, net);
    return (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0u);
}

static void allow_reading(int rules, const char *path)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) return;
    if (fstat(fd, &st) == 0) {
        const struct landlock_beneath rule = {S_ISDIR(st.st_mode) ? LANDLOCK_READ_FILE | LANDLOCK_READ_DIR : LANDLOCK_READ_FILE, fd};
        (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_BENEATH, &rule, 0u); // not added: it stays forbidden
    }
    (void)close(fd);
}

// Where a library that is loaded lies, those that it will ask for lie too.
static int allow_folder_of(struct dl_phdr_info *info, size_t size, void *user)
{
    char folder[PATH_MAX];
    const char *slash = info->dlpi_name ? strrchr(info->dlpi_name, '/') : NULL;
    (void)size;
    if (!slash || slash == info->dlpi_name || (size_t)(slash - info->dlpi_name) >= sizeof folder) return 0;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - info->dlpi_name), info->dlpi_name);
    allow_reading(*(const int *)user, folder);
    return 0;
}

static voc_rc restrict_to(int rules, struct diag *d)
{
    long done = syscall(SYS_landlock_restrict_self, rules, 0u);
    (void)close(rules);
    return done == 0 ? VOC_OK : failed(d, "Landlock");
}

voc_rc sandbox_read_only(const char *const *folders, size_t n, struct diag *d)
{
    static const char *const always[] = {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/usr/share/icu", "/usr/share/zoneinfo"};
    int abi = sandbox_landlock();
    if (abi == 0) return VOC_OK;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed(d, "no_new_privs");
    int rules = forbid_all(abi);
    if (rules < 0) return failed(d, "Landlock");
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) allow_reading(rules, always[i]);
    for (size_t i = 0; i < n; i++) allow_reading(rules, folders[i]);
    (void)dl_iterate_phdr(allow_folder_of, &rules);
    return restrict_to(rules, d);
}

// ---- what libraries would open later -------------------------------------------------------------------------------------

// glibc reads /proc/sys/vm/overcommit_memory when it first gives memory of a thread back, which takes a thread that frees; and
// the first thread of all makes it catch a signal of its own.
static void *give_back(void *unused)
{
    enum { BLOCKS = 8, SIZE = 100 << 10 }; // below the size that is mapped by itself, together above what a heap keeps
    void *blocks[BLOCKS];
    (void)unused;
    for (int i = 0; i < BLOCKS; i++) blocks[i] = mem_alloc(SIZE);
    for (int i = BLOCKS; i-- > 0;) mem_free(blocks[i]);
    return NULL;
}

static void warm(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, give_back, NULL) == 0) (void)pthread_join(thread, NULL);
    iconv_t names = iconv_open("UTF-8", "ASCII"); // reads the list of charsets: those of glibc itself work afterwards
    if (names != (iconv_t)-1) (void)iconv_close(names);
    if (setenv("TZ", "UTC0", 1) == 0) tzset(); // else glibc looks at /etc/localtime each time; nothing here asks for the machine's zone
    text_without_files();
}

// ---- the filter ----------------------------------------------------------------------------------------------------------

static int report_to = -1;

// What kills is the call of sigaction.
static void report_and_die(int signal, siginfo_t *info, void *context)
{
    const int32_t call = (int32_t)info->si_syscall;
    struct sigaction none = {.sa_handler = SIG_DFL};
    (void)signal, (void)context;
    if (report_to >= 0 && write(report_to, &call, sizeof call) < 0) report_to = -1;
    (void)sigaction(SIGSYS, &none, NULL);
    _exit(128 + SIGSYS); // a kernel older than 4.14 has ended this thread only
}

static const char *const allowed[] = {
    // what is open
    "read", "readv", "pread64", "write", "writev", "lseek", "_llseek", "close", "fstat", "fstat64", "fadvise64", "fadvise64_64", "arm_fadvise64_64", "poll", "ppoll", "ppoll_time64",
    // memory: that which is executable is needed by compiled patterns; memory is never shared (see conditions)
    "munmap", "mremap", "mprotect", "madvise", "brk", "membarrier",
    // threads
    "futex", "futex_time64", "set_robust_list", "rseq", "sched_yield", "sched_getaffinity", "getcpu", "exit", "exit_group", "set_tid_address", "arch_prctl",
    // signals, to oneself
    "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "restart_syscall",
    // what time it is, who one is, chance
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "gettimeofday", "time", "nanosleep", "clock_nanosleep", "clock_nanosleep_time64",
    "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getrandom", "getrusage", "times", "sysinfo", "uname", "getrlimit", "ugetrlimit",
#if SANITIZED
    "readlink", "readlinkat", "sched_getparam", "sched_getscheduler",
#endif
};

// Threads: every flag that makes a process or a namespace must be absent, and that of a thread there.
#define NAMESPACES ((uint64_t)(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP))
#if defined(__s390__) || defined(__s390x__)
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif
#define SAME(n, value) SCMP_CMP64((n), SCMP_CMP_EQ, (uint64_t)(value), 0)
#define MASKED(n, mask, value) SCMP_CMP64((n), SCMP_CMP_MASKED_EQ, (uint64_t)(mask), (uint64_t)(value))

static int rule(scmp_filter_ctx f, uint32_t action, const char *name, unsigned n, const struct scmp_arg_cmp *when)
{
    int call = seccomp_syscall_resolve_name(name);
    if (call == __NR_SCMP_ERROR) return 0; // not known here: not allowed here
    return seccomp_rule_add_array(f, action, call, n, when);
}

static int conditions(scmp_filter_ctx f)
{
    const struct { const char *name; uint32_t action; unsigned n; struct scmp_arg_cmp when[2]; } rules[] = {
        {"mmap", SCMP_ACT_ALLOW, 1, {MASKED(3, MAP_SHARED, 0)}},
        {"mmap2", SCMP_ACT_ALLOW, 1, {MASKED(3, MAP_SHARED, 0)}},
        {"clone", SCMP_ACT_ALLOW, 1, {MASKED(CLONE_FLAGS, CLONE_THREAD | NAMESPACES, CLONE_THREAD)}},
        {"clone3", SCMP_ACT_ERRNO(ENOSYS), 0, {{0}}}, // its flags lie in memory, where no filter sees them: libc then takes clone
        {"newfstatat", SCMP_ACT_ALLOW, 1, {MASKED(3, AT_EMPTY_PATH, AT_EMPTY_PATH)}}, // fstat, as libc writes it
        {"fstatat64", SCMP_ACT_ALLOW, 1, {MASKED(3, AT_EMPTY_PATH, AT_EMPTY_PATH)}},
        {"statx", SCMP_ACT_ALLOW, 1, {MASKED(2, AT_EMPTY_PATH, AT_EMPTY_PATH)}},
        {"fcntl", SCMP_ACT_ALLOW, 1, {SAME(1, F_GETFL)}},
        {"fcntl", SCMP_ACT_ALLOW, 1, {SAME(1, F_GETFD)}},
        {"fcntl64", SCMP_ACT_ALLOW, 1, {SAME(1, F_GETFL)}},
        {"fcntl64", SCMP_ACT_ALLOW, 1, {SAME(1, F_GETFD)}},
        {"ioctl", SCMP_ACT_ERRNO(ENOTTY), 1, {SAME(1, TCGETS)}}, // "is it a terminal?": no
        {"prlimit64", SCMP_ACT_ALLOW, 1, {SAME(2, 0)}}, // asks only
        {"prctl", SCMP_ACT_ALLOW, 1, {SAME(0, PR_SET_NAME)}},
        {"prctl", SCMP_ACT_ERRNO(EINVAL), 1, {SAME(0, 0x53564d41)}}, // PR_SET_VMA: names for memory, of no use here
        {"tgkill", SCMP_ACT_ALLOW, 1, {SAME(0, getpid())}}, // abort
        {"rt_sigaction", SCMP_ACT_ALLOW, 1, {SAME(0, SIGABRT)}},
        {"rt_sigaction", SCMP_ACT_ALLOW, 1, {SAME(1, 0)}}, // asks only
        {"rt_sigaction", SCMP_ACT_KILL_PROCESS, 1, {SAME(0, SIGSYS)}},
    };
    int rc = 0;
    for (size_t i = 0; i < sizeof rules / sizeof *rules && !rc; i++) rc = rule(f, rules[i].action, rules[i].name, rules[i].n, rules[i].when);
    return rc;
}

static int filter(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_TRAP);
    if (!f) return -ENOMEM;
    int rc = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed && !rc; i++) rc = rule(f, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
    if (!rc) rc = conditions(f);
    if (!rc) rc = seccomp_load(f);
    seccomp_release(f);
    return rc;
}

voc_rc sandbox_close(int report, struct diag *d)
{
    struct sigaction act = {.sa_sigaction = report_and_die, .sa_flags = SA_SIGINFO};
    sigset_t mine;
    int abi = sandbox_landlock(), rules = abi ? forbid_all(abi) : -1, rc;
    warm();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed(d, "no_new_privs");
    if (rules >= 0 && restrict_to(rules, d) != VOC_OK) return VOC_E_POLICY;
    report_to = report;
    (void)sigemptyset(&mine);
    (void)sigaddset(&mine, SIGSYS);
    if (sigaction(SIGSYS, &act, NULL) != 0 || pthread_sigmask(SIG_UNBLOCK, &mine, NULL) != 0) return failed(d, "SIGSYS");
    if ((rc = filter()) == 0) return VOC_OK;
    errno = -rc;
    return failed(d, "seccomp");
}

// ---- words ---------------------------------------------------------------------------------------------------------------

const char *sandbox_call_words(int32_t call, char *to, size_t size)
{
    static const struct { const char *call, *words; } known[] = {
        {"open", "open a file"}, {"openat", "open a file"}, {"openat2", "open a file"}, {"creat", "make a file"},
        {"stat", "look for a file"}, {"lstat", "look for a file"}, {"newfstatat", "look for a file"}, {"statx", "look for a file"}, {"access", "look for a file"},
        {"faccessat", "look for a file"}, {"faccessat2", "look for a file"}, {"readlink", "look for a file"}, {"getcwd", "look for a file"},
        {"unlink", "remove a file"}, {"unlinkat", "remove a file"}, {"rename", "rename a file"}, {"renameat", "rename a file"}, {"renameat2", "rename a file"},
        {"mkdir", "make a folder"}, {"mkdirat", "make a folder"}, {"chmod", "change a file's mode"}, {"fchmod", "change a file's mode"}, {"fchmodat", "change a file's mode"},
        {"socket", "use the network"}, {"socketpair", "use the network"}, {"connect", "use the network"}, {"bind", "use the network"}, {"sendto", "use the network"},
        {"execve", "start a program"}, {"execveat", "start a program"}, {"fork", "start a process"}, {"vfork", "start a process"}, {"clone", "start a process"},
        {"kill", "stop another process"}, {"tkill", "stop another process"}, {"tgkill", "stop another process"}, {"ptrace", "look into another process"},
        {"process_vm_readv", "look into another process"}, {"ioctl", "control a device"}, {"rt_sigaction", "catch signals"}, {"setrlimit", "lift its limits"},
        {"prlimit64", "lift its limits"}, {"mmap", "share memory"}, {"memfd_create", "make a file"},
    };
    char *name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), call);
    const char *words = NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known && name; i++)
        if (strcmp(known[i].call, name) == 0) words = known[i].words;
    if (words) snprintf(to, size, "%s", words);
    else if (name) snprintf(to, size, "make the system call %s", name);
    else snprintf(to, size, "make the system call %d", (int)call);
    free(name); // libseccomp's own
    return to;
}
