// A layer between a process and the C library, loaded by LD_PRELOAD: it sees every call that changes a file of one
// directory. It writes them down (MILLRACE_LAYER_LOG), and lets them fail on command (MILLRACE_LAYER_FAULTS).
// What it cannot describe it writes down as `foreign`, so that nothing slips past whoever reads the log.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { OPENED = 1, WRITE, TRUNCATE, SYNC, UNLINK, ENDED, FOREIGN, RENAME };

// As recording.ts reads it; all little endian, followed by the path and the payload.
struct head {
  uint32_t kind;
  uint32_t flags;
  uint64_t nanoseconds;
  uint64_t operation;
  uint64_t inode;
  int64_t at;
  uint32_t path_bytes;
  uint32_t payload_bytes;
};

enum { FLAG_FLUSHES = 1, FLAG_CREATED = 2, FLAG_EMPTIED = 4, FLAG_DIRECTORY = 8 };

// As fault-layer.ts writes it.
struct faults {
  volatile int32_t calls;  // a mask of enum call; 0: none fails
  volatile int32_t error;  // 0: a write is cut short instead
  volatile int32_t files;  // 1: the data file, 2: the journal, 3: both
  volatile int32_t skip;   // so many calls pass first
  volatile int32_t times;  // so many fail then; below zero: all
  volatile int32_t failed; // so many have failed
  volatile int32_t clock;  // seconds that the wall clock is ahead
};
enum call { CALL_WRITE = 1, CALL_SYNC = 2, CALL_TRUNCATE = 4, CALL_OPEN = 8 };

#define FDS 65536
static struct { uint64_t inode; uint8_t is_directory, is_journal; } tracked[FDS];
static char directory[4096];
static size_t directory_bytes;
static int log_fd = -1;
static struct faults *faults;
static long flush_us;
static uint64_t operations;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);
static int (*real_link)(const char *, const char *);
static void *(*real_mmap)(void *, size_t, int, int, int, off_t);
static ssize_t (*real_sendfile)(int, int, off_t *, size_t);
static int (*real_fallocate)(int, int, off_t, off_t);
static long (*real_syscall)(long, ...);

#define REAL(name, symbol) *(void **)&real_##name = dlsym(RTLD_NEXT, symbol)

__attribute__((constructor)) static void begin(void) {
  REAL(open, "open64");
  REAL(openat, "openat64");
  REAL(write, "write");
  REAL(writev, "writev");
  REAL(pwrite, "pwrite64");
  REAL(pwritev, "pwritev64");
  REAL(ftruncate, "ftruncate64");
  REAL(fsync, "fsync");
  REAL(fdatasync, "fdatasync");
  REAL(unlink, "unlink");
  REAL(rename, "rename");
  REAL(link, "link");
  REAL(mmap, "mmap64");
  REAL(sendfile, "sendfile64");
  REAL(fallocate, "fallocate64");
  REAL(syscall, "syscall");
  const char *from = getenv("MILLRACE_LAYER_DIRECTORY");
  if (from == NULL || strlen(from) >= sizeof directory) return;
  strcpy(directory, from);
  directory_bytes = strlen(directory);
  const char *log = getenv("MILLRACE_LAYER_LOG");
  if (log) {
    log_fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) abort();
  }
  const char *control = getenv("MILLRACE_LAYER_FAULTS");
  if (control) {
    int fd = real_open(control, O_RDWR | O_CLOEXEC);
    if (fd < 0) abort();
    faults = real_mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (faults == MAP_FAILED) abort();
  }
  const char *delay = getenv("MILLRACE_LAYER_FLUSH_US");
  flush_us = delay ? atol(delay) : 0;
  // What the process starts itself is none of ours.
  unsetenv("LD_PRELOAD");
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t next_operation(void) { return __atomic_add_fetch(&operations, 1, __ATOMIC_SEQ_CST); }

static size_t total_of(const struct iovec *parts, int count) {
  size_t total = 0;
  for (int i = 0; i < count; i += 1) total += parts[i].iov_len;
  return total;
}

// One appending write for each entry: the system keeps them whole and in order, whichever thread they come from.
static void put(struct head head, const char *path, const struct iovec *parts, int count) {
  if (log_fd < 0) return;
  struct iovec all[count + 2];
  head.nanoseconds = now();
  head.path_bytes = path ? (uint32_t)strlen(path) : 0;
  head.payload_bytes = (uint32_t)total_of(parts, count);
  all[0] = (struct iovec){&head, sizeof head};
  all[1] = (struct iovec){(void *)path, head.path_bytes};
  for (int i = 0; i < count; i += 1) all[i + 2] = parts[i];
  size_t bytes = sizeof head + head.path_bytes + head.payload_bytes;
  if (real_writev(log_fd, all, count + 2) != (ssize_t)bytes) abort();
}

static void ended(uint64_t operation, int64_t result) {
  put((struct head){.kind = ENDED, .operation = operation, .at = result}, NULL, NULL, 0);
}

static void foreign(const char *what) { put((struct head){.kind = FOREIGN}, what, NULL, 0); }

// LMDB's lock file is shared memory that means nothing after the processes that had it: no file of ours.
static int is_ours(const char *path) {
  if (directory_bytes == 0 || path == NULL || strncmp(path, directory, directory_bytes) != 0) return 0;
  if (path[directory_bytes] != '\0' && path[directory_bytes] != '/') return 0;
  size_t length = strlen(path);
  return length < 5 || strcmp(path + length - 5, "-lock") != 0;
}

static int is_tracked(int fd) {
  if (fd < 0 || fd >= FDS || tracked[fd].inode == 0) return 0;
  struct stat stat;
  if (fstat(fd, &stat) == 0 && stat.st_ino == tracked[fd].inode) return 1;
  tracked[fd].inode = 0;
  return 0;
}

static int flushes_itself(int fd) { return (fcntl(fd, F_GETFL) & O_DSYNC) != 0; }

// 0: the call goes on.
static int fault_of(enum call call, int is_journal) {
  if (faults == NULL || (faults->calls & call) == 0) return 0;
  if ((faults->files & (is_journal ? 2 : 1)) == 0) return 0;
  if (__atomic_sub_fetch(&faults->skip, 1, __ATOMIC_SEQ_CST) >= 0) return 0;
  if (faults->times == 0) return 0;
  if (faults->times > 0) __atomic_sub_fetch(&faults->times, 1, __ATOMIC_SEQ_CST);
  __atomic_add_fetch(&faults->failed, 1, __ATOMIC_SEQ_CST);
  return faults->error == 0 ? -1 : faults->error;
}

static int opened(int fd, const char *path, int flags, int was_there) {
  struct stat stat;
  if (fd < 0 || fd >= FDS || fstat(fd, &stat) != 0) return fd;
  int is_directory = S_ISDIR(stat.st_mode);
  if (!is_directory && !S_ISREG(stat.st_mode)) return fd;
  tracked[fd].inode = stat.st_ino;
  tracked[fd].is_directory = (uint8_t)is_directory;
  tracked[fd].is_journal = strstr(path, "-journal-") != NULL;
  struct head head = {.kind = OPENED, .inode = stat.st_ino};
  if (is_directory) head.flags |= FLAG_DIRECTORY;
  if (!was_there) head.flags |= FLAG_CREATED;
  if (flags & O_TRUNC) head.flags |= FLAG_EMPTIED;
  if (flags & O_APPEND) foreign("a file that is appended to");
  put(head, path, NULL, 0);
  return fd;
}

static int open_any(int at, const char *path, int flags, mode_t mode) {
  if (!is_ours(path)) return real_openat(at, path, flags, mode);
  int error = fault_of(CALL_OPEN, strstr(path, "-journal-") != NULL);
  if (error > 0) {
    errno = error;
    return -1;
  }
  struct stat stat;
  int was_there = lstat(path, &stat) == 0;
  return opened(real_openat(at, path, flags, mode), path, flags, was_there);
}

#define MODE_OF(flags)                                   \
  mode_t mode = 0;                                       \
  if ((flags) & (O_CREAT | O_TMPFILE)) {                 \
    va_list rest;                                        \
    va_start(rest, flags);                               \
    mode = va_arg(rest, mode_t);                         \
    va_end(rest);                                        \
  }

int open(const char *path, int flags, ...) { MODE_OF(flags) return open_any(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags) return open_any(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE_OF(flags) return open_any(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE_OF(flags) return open_any(at, path, flags, mode); }

static ssize_t write_any(int fd, const struct iovec *parts, int count, off_t at) {
  int flushes = flushes_itself(fd);
  struct head head = {.kind = WRITE, .inode = tracked[fd].inode, .at = at};
  head.flags = flushes ? FLAG_FLUSHES : 0;
  head.operation = next_operation();
  int error = fault_of(CALL_WRITE, tracked[fd].is_journal);
  if (error > 0) {
    errno = error;
    return -1;
  }
  struct iovec half = {NULL, 0};
  if (error < 0) {
    half = (struct iovec){parts[0].iov_base, parts[0].iov_len / 2};
    parts = &half;
    count = 1;
  }
  put(head, NULL, parts, count);
  if (flushes && flush_us > 0) usleep((useconds_t)flush_us);
  ssize_t written = real_pwritev(fd, parts, count, at);
  ended(head.operation, written);
  return written;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) {
  return is_tracked(fd) ? write_any(fd, parts, count, at) : real_pwritev(fd, parts, count, at);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return pwritev64(fd, parts, count, at); }

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at) {
  struct iovec part = {(void *)bytes, count};
  return is_tracked(fd) ? write_any(fd, &part, 1, at) : real_pwrite(fd, bytes, count, at);
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return pwrite64(fd, bytes, count, at); }

// At the place of the descriptor, which goes on.
ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!is_tracked(fd)) return real_writev(fd, parts, count);
  off_t at = lseek(fd, 0, SEEK_CUR);
  ssize_t written = write_any(fd, parts, count, at);
  if (written > 0) lseek(fd, at + written, SEEK_SET);
  return written;
}
ssize_t write(int fd, const void *bytes, size_t count) {
  if (!is_tracked(fd)) return real_write(fd, bytes, count);
  struct iovec part = {(void *)bytes, count};
  return writev(fd, &part, 1);
}

int ftruncate64(int fd, off_t bytes) {
  if (!is_tracked(fd)) return real_ftruncate(fd, bytes);
  int error = fault_of(CALL_TRUNCATE, tracked[fd].is_journal);
  if (error > 0) {
    errno = error;
    return -1;
  }
  struct head head = {.kind = TRUNCATE, .inode = tracked[fd].inode, .at = bytes};
  head.operation = next_operation();
  put(head, NULL, NULL, 0);
  int result = real_ftruncate(fd, bytes);
  ended(head.operation, result);
  return result;
}
int ftruncate(int fd, off_t bytes) { return ftruncate64(fd, bytes); }

static int sync_any(int fd, int (*sync)(int)) {
  if (!is_tracked(fd)) return sync(fd);
  int error = fault_of(CALL_SYNC, tracked[fd].is_journal);
  if (error > 0) {
    errno = error;
    return -1;
  }
  struct head head = {.kind = SYNC, .inode = tracked[fd].inode};
  head.flags = tracked[fd].is_directory ? FLAG_DIRECTORY : 0;
  head.operation = next_operation();
  put(head, NULL, NULL, 0);
  if (flush_us > 0) usleep((useconds_t)flush_us);
  int result = sync(fd);
  ended(head.operation, result);
  return result;
}
int fsync(int fd) { return sync_any(fd, real_fsync); }
int fdatasync(int fd) { return sync_any(fd, real_fdatasync); }

// Sockets, by which a directory is locked, are none of the disk's.
static int is_file(const char *path) {
  struct stat stat;
  return lstat(path, &stat) == 0 && S_ISREG(stat.st_mode);
}

int unlink(const char *path) {
  if (!is_ours(path) || !is_file(path)) return real_unlink(path);
  struct head head = {.kind = UNLINK, .operation = next_operation()};
  put(head, path, NULL, 0);
  int result = real_unlink(path);
  ended(head.operation, result);
  return result;
}

int rename(const char *from, const char *to) {
  if (!is_file(from) || (!is_ours(from) && !is_ours(to))) return real_rename(from, to);
  if (!is_ours(from) || !is_ours(to)) foreign("a file that comes from elsewhere or goes there");
  struct iovec name = {(void *)to, strlen(to)};
  struct head head = {.kind = RENAME, .operation = next_operation()};
  put(head, from, &name, 1);
  int result = real_rename(from, to);
  ended(head.operation, result);
  return result;
}
int link(const char *from, const char *to) {
  if ((is_ours(from) || is_ours(to)) && is_file(from)) foreign("link");
  return real_link(from, to);
}
void *mmap64(void *address, size_t bytes, int protection, int flags, int fd, off_t at) {
  if ((flags & MAP_SHARED) && (protection & PROT_WRITE) && is_tracked(fd)) foreign("a map that is written to");
  return real_mmap(address, bytes, protection, flags, fd, at);
}
void *mmap(void *address, size_t bytes, int protection, int flags, int fd, off_t at) {
  return mmap64(address, bytes, protection, flags, fd, at);
}
ssize_t sendfile64(int to, int from, off_t *at, size_t count) {
  if (is_tracked(to)) foreign("sendfile");
  return real_sendfile(to, from, at, count);
}
int fallocate64(int fd, int mode, off_t at, off_t bytes) {
  if (is_tracked(fd)) foreign("fallocate");
  return real_fallocate(fd, mode, at, bytes);
}
int fallocate(int fd, int mode, off_t at, off_t bytes) { return fallocate64(fd, mode, at, bytes); }

// The wall clock as the operator of the machine may set it; what time passes is none of that.
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec found;
  int result = clock_gettime(CLOCK_REALTIME, &found);
  time->tv_sec = found.tv_sec;
  time->tv_usec = found.tv_nsec / 1000;
  return result;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (faults && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += faults->clock;
  return result;
}

// libuv asks the system itself for a few things; writes through a ring would never be seen here.
long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_io_uring_setup) {
    errno = ENOSYS;
    return -1;
  }
  if (number == SYS_copy_file_range && is_tracked((int)c)) foreign("copy_file_range");
  if ((number == SYS_pwrite64 || number == SYS_pwritev || number == SYS_ftruncate) && is_tracked((int)a)) {
    foreign("a system call of its own");
  }
  if (real_syscall == NULL) REAL(syscall, "syscall");
  return real_syscall(number, a, b, c, d, e, f);
}
