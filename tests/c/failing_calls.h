/* Functions of the C library that fail on demand: the one of this number, or all from it on, with this error. The
 * program has these functions itself, so the library that is linked to it gets them. They are counted and fail only
 * while a call of the library is under way. */
#ifndef FAILING_CALLS_H
#define FAILING_CALLS_H

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Instead of an error: only a half of the bytes moves. */
enum { HALF = -1, MOST_ERRORS = 6 };

/* Each kind of call, and the errors that it may meet. What a system never interrupts, or what has no wait, has no EINTR
 * or EAGAIN. */
#define FAILING_CALLS(X)                                  \
  X(open, EMFILE, EACCES, EIO, ENOSPC, EINTR)             \
  X(read, EIO, EINTR, HALF)                               \
  X(pread, EIO, EINTR, HALF)                              \
  X(write, ENOSPC, EIO, EINTR, HALF)                      \
  X(pwrite, ENOSPC, EIO, EINTR, HALF)                     \
  X(writev, EIO, EINTR)                                   \
  X(close, EIO, EINTR)                                    \
  X(fsync, EIO, ENOSPC, EINTR)                            \
  X(ftruncate, EIO, ENOSPC, EINTR)                        \
  X(fallocate, ENOSPC, EOPNOTSUPP, EIO, EINTR)            \
  X(lseek, EIO, EINVAL)                                   \
  X(rename, EIO, ENOSPC, EACCES)                          \
  X(renameat2, EIO, EINVAL, ENOSPC)                       \
  X(link, EIO, EPERM)                                     \
  X(unlink, EIO, EACCES)                                  \
  X(mkdir, ENOSPC, EACCES)                                \
  X(rmdir, EIO)                                           \
  X(flock, EWOULDBLOCK, ENOLCK, EINTR)                    \
  X(statx, EIO, EACCES, ENOMEM)                           \
  X(stat, EIO, EACCES, ENOMEM)                            \
  X(statvfs, EIO, EINTR)                                  \
  X(opendir, EMFILE, EACCES, EIO)                         \
  X(readdir, EIO)                                         \
  X(fchmod, EPERM, EIO)                                   \
  X(fchown, EPERM, EIO)                                   \
  X(futimens, EPERM, EIO)                                 \
  X(readlink, EIO)                                        \
  X(realpath, EIO, ENOMEM)                                \
  X(getcwd, ENOENT)                                       \
  X(fcntl, EMFILE)                                        \
  X(ioctl, EIO)                                           \
  X(socket, EMFILE, ENOBUFS, EACCES)                      \
  X(connect, ECONNREFUSED, ENETUNREACH, ETIMEDOUT, EINTR) \
  X(send, ECONNRESET, EPIPE, EINTR, EAGAIN, HALF)         \
  X(recv, ECONNRESET, ETIMEDOUT, EINTR, EAGAIN, HALF)     \
  X(poll, ENOMEM, EINTR, EAGAIN)                          \
  X(getsockopt, ENOBUFS)                                  \
  X(setsockopt, ENOBUFS, EINVAL)                          \
  X(shutdown, ENOTCONN)                                   \
  X(getsockname, ENOBUFS)                                 \
  X(getpeername, ENOBUFS)                                 \
  X(getaddrinfo, EAI_AGAIN, EAI_MEMORY, EAI_FAIL)         \
  X(pthread_create, EAGAIN)                               \
  X(getrandom, EIO, EINTR)                                \
  X(mmap, ENOMEM)                                         \
  X(memory, ENOMEM)

enum kind_of_call {
#define X(name, ...) CALL_##name,
  FAILING_CALLS(X)
#undef X
      KINDS_OF_CALLS
};

static const struct {
  const char *name;
  int errors[MOST_ERRORS];
} failing_calls[] = {
#define X(name, ...) {#name, {__VA_ARGS__}},
    FAILING_CALLS(X)
#undef X
};

/* What is to fail. */
struct failure {
  enum kind_of_call kind;
  int number; /* from 1; 0 for none */
  int error;
  int always;
};
static struct failure failure;
static atomic_int calls_made[KINDS_OF_CALLS], calls_failed, calls_are_counted, failures_are_shown;

/* The error that a call meets, or 0. */
static int met(enum kind_of_call kind) {
  if (!calls_are_counted) return 0;
  int number = ++calls_made[kind];
  if (!failure.number || kind != failure.kind || number < failure.number) return 0;
  if (!failure.always && number > failure.number) return 0;
  calls_failed++;
  if (failures_are_shown-- > 0) {
    void *stack[40];
    calls_are_counted = 0;
    backtrace_symbols_fd(stack, backtrace(stack, 40), 1);
    calls_are_counted = 1;
  }
  return failure.error;
}

/* Sets errno, and returns whether a call fails. */
static int fails(enum kind_of_call kind) {
  int error = met(kind);
  if (error > 0) errno = error;
  return error > 0;
}

/* The same for a call that moves bytes, which may move a half of them. */
static int fails_or_halves(enum kind_of_call kind, size_t *size) {
  int error = met(kind);
  if (error > 0) errno = error;
  if (error == HALF) *size -= *size / 2;
  return error > 0;
}

/* The function behind. POSIX says that a void * from dlsym may become a function; ISO C does not. */
#define BEHIND(type, name, parameters)     \
  static type(*_Atomic found) parameters;  \
  type(*real) parameters = found;          \
  if (!real) {                             \
    void *symbol = dlsym(RTLD_NEXT, name); \
    memcpy(&real, &symbol, sizeof real);   \
    found = real;                          \
  }

#define FAILING(type, name, kind, parameters, arguments, failed) \
  type name parameters {                                         \
    BEHIND(type, #name, parameters)                              \
    if (fails(CALL_##kind)) return failed;                       \
    return real arguments;                                       \
  }

#define MOVING(type, name, kind, parameters, arguments)         \
  type name parameters {                                        \
    BEHIND(type, #name, parameters)                             \
    if (fails_or_halves(CALL_##kind, &size)) return (type) - 1; \
    return real arguments;                                      \
  }

static int mode_of(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0; }

#define OPENING(name)                                       \
  int name(const char *path, int flags, ...) {              \
    BEHIND(int, #name, (const char *, int, ...))            \
    va_list more;                                           \
    va_start(more, flags);                                  \
    int mode = mode_of(flags, more);                        \
    va_end(more);                                           \
    return fails(CALL_open) ? -1 : real(path, flags, mode); \
  }
OPENING(open)
OPENING(open64)

int openat(int at, const char *path, int flags, ...) {
  BEHIND(int, "openat", (int, const char *, int, ...))
  va_list more;
  va_start(more, flags);
  int mode = mode_of(flags, more);
  va_end(more);
  return fails(CALL_open) ? -1 : real(at, path, flags, mode);
}

MOVING(ssize_t, read, read, (int file, void *to, size_t size), (file, to, size))
MOVING(ssize_t, pread, pread, (int file, void *to, size_t size, off_t at), (file, to, size, at))
MOVING(ssize_t, pread64, pread, (int file, void *to, size_t size, off64_t at), (file, to, size, at))
MOVING(ssize_t, write, write, (int file, const void *from, size_t size), (file, from, size))
MOVING(ssize_t, pwrite, pwrite, (int file, const void *from, size_t size, off_t at), (file, from, size, at))
MOVING(ssize_t, pwrite64, pwrite, (int file, const void *from, size_t size, off64_t at), (file, from, size, at))
MOVING(ssize_t, send, send, (int to, const void *from, size_t size, int flags), (to, from, size, flags))
MOVING(ssize_t, recv, recv, (int from, void *to, size_t size, int flags), (from, to, size, flags))
FAILING(ssize_t, writev, writev, (int file, const struct iovec *from, int count), (file, from, count), -1)
FAILING(int, fsync, fsync, (int file), (file), -1)
FAILING(int, fdatasync, fsync, (int file), (file), -1)
FAILING(int, ftruncate, ftruncate, (int file, off_t size), (file, size), -1)
FAILING(int, ftruncate64, ftruncate, (int file, off64_t size), (file, size), -1)
FAILING(int, fallocate, fallocate, (int file, int mode, off_t at, off_t size), (file, mode, at, size), -1)
FAILING(int, fallocate64, fallocate, (int file, int mode, off64_t at, off64_t size), (file, mode, at, size), -1)
FAILING(off64_t, lseek64, lseek, (int file, off64_t by, int from), (file, by, from), -1)
FAILING(int, rename, rename, (const char *from, const char *to), (from, to), -1)
FAILING(int, linkat, link, (int at, const char *from, int in, const char *to, int flags), (at, from, in, to, flags), -1)
FAILING(int, unlink, unlink, (const char *path), (path), -1)
FAILING(int, unlinkat, unlink, (int at, const char *path, int flags), (at, path, flags), -1)
FAILING(int, mkdir, mkdir, (const char *path, mode_t mode), (path, mode), -1)
FAILING(int, rmdir, rmdir, (const char *path), (path), -1)
FAILING(int, flock, flock, (int file, int how), (file, how), -1)
FAILING(int, statx, statx, (int at, const char *path, int flags, unsigned mask, struct statx *to),
        (at, path, flags, mask, to), -1)
FAILING(int, stat64, stat, (const char *path, struct stat64 *to), (path, to), -1)
FAILING(int, lstat64, stat, (const char *path, struct stat64 *to), (path, to), -1)
FAILING(int, fstat64, stat, (int file, struct stat64 *to), (file, to), -1)
FAILING(int, fstatat64, stat, (int at, const char *path, struct stat64 *to, int flags), (at, path, to, flags), -1)
FAILING(int, fstatvfs, statvfs, (int file, struct statvfs *to), (file, to), -1)
FAILING(int, fstatvfs64, statvfs, (int file, struct statvfs64 *to), (file, to), -1)
FAILING(DIR *, opendir, opendir, (const char *path), (path), NULL)
FAILING(struct dirent64 *, readdir64, readdir, (DIR * directory), (directory), NULL)
FAILING(int, fchmod, fchmod, (int file, mode_t mode), (file, mode), -1)
FAILING(int, fchown, fchown, (int file, uid_t user, gid_t group), (file, user, group), -1)
FAILING(int, futimens, futimens, (int file, const struct timespec times[2]), (file, times), -1)
FAILING(ssize_t, readlink, readlink, (const char *path, char *to, size_t size), (path, to, size), -1)
FAILING(char *, realpath, realpath, (const char *path, char *to), (path, to), NULL)
FAILING(char *, getcwd, getcwd, (char *to, size_t size), (to, size), NULL)
FAILING(int, socket, socket, (int domain, int type, int protocol), (domain, type, protocol), -1)
FAILING(int, poll, poll, (struct pollfd * files, nfds_t count, int patience), (files, count, patience), -1)
FAILING(int, getsockopt, getsockopt, (int socket, int level, int name, void *to, socklen_t *size),
        (socket, level, name, to, size), -1)
FAILING(int, setsockopt, setsockopt, (int socket, int level, int name, const void *value, socklen_t size),
        (socket, level, name, value, size), -1)
FAILING(int, shutdown, shutdown, (int socket, int how), (socket, how), -1)
FAILING(int, getsockname, getsockname, (int socket, __SOCKADDR_ARG to, socklen_t *size), (socket, to, size), -1)
FAILING(int, getpeername, getpeername, (int socket, __SOCKADDR_ARG to, socklen_t *size), (socket, to, size), -1)
FAILING(ssize_t, getrandom, getrandom, (void *to, size_t size, unsigned flags), (to, size, flags), -1)
FAILING(void *, mmap64, mmap, (void *at, size_t size, int protection, int flags, int file, off64_t offset),
        (at, size, protection, flags, file, offset), MAP_FAILED)

/* What is interrupted goes on by itself. */
int connect(int socket, __CONST_SOCKADDR_ARG to, socklen_t size) {
  BEHIND(int, "connect", (int, __CONST_SOCKADDR_ARG, socklen_t))
  int failed = fails(CALL_connect), error = errno;
  int result = failed && error != EINTR ? -1 : real(socket, to, size);
  if (failed) errno = error;
  return failed ? -1 : result;
}

/* The descriptor is closed all the same. */
int close(int file) {
  BEHIND(int, "close", (int))
  int closed = real(file);
  return fails(CALL_close) ? -1 : closed;
}

/* Only what makes a descriptor or changes one. */
int fcntl(int file, int command, ...) {
  BEHIND(int, "fcntl", (int, int, ...))
  va_list more;
  va_start(more, command);
  long argument = va_arg(more, long);
  va_end(more);
  int is_of_interest = command == F_DUPFD_CLOEXEC || command == F_SETFL;
  return is_of_interest && fails(CALL_fcntl) ? -1 : real(file, command, argument);
}

int ioctl(int file, unsigned long request, ...) {
  BEHIND(int, "ioctl", (int, unsigned long, ...))
  va_list more;
  va_start(more, request);
  void *argument = va_arg(more, void *);
  va_end(more);
  return fails(CALL_ioctl) ? -1 : real(file, request, argument);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  typedef int find(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  find *real;
  void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
  memcpy(&real, &symbol, sizeof real);
  int error = calls_are_counted ? met(CALL_getaddrinfo) : 0;
  return error ? error : real(name, service, hints, found);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
  BEHIND(int, "pthread_create", (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))
  int error = met(CALL_pthread_create);
  return error ? error : real(thread, attributes, run, argument);
}

/* Most go by functions of their own. */
long syscall(long number, ...) {
  BEHIND(long, "syscall", (long, ...))
  va_list more;
  long with[6];
  va_start(more, number);
  for (int i = 0; i < 6; i++) with[i] = va_arg(more, long);
  va_end(more);
  if (number == SYS_renameat2 && fails(CALL_renameat2)) return -1;
  if (number == SYS_getrandom && fails(CALL_getrandom)) return -1;
  return real(number, with[0], with[1], with[2], with[3], with[4], with[5]);
}

/* Memory: only what is as large as the buffer of a part. To look the functions up takes and frees some itself.
 * AddressSanitizer has these functions itself, from the first instruction on. */
#ifndef __SANITIZE_ADDRESS__
enum { LARGE_ALLOCATION = 160 << 10 };
static struct {
  void *(*malloc)(size_t);
  void *(*calloc)(size_t, size_t);
  void *(*realloc)(void *, size_t);
  int (*posix_memalign)(void **, size_t, size_t);
  void (*free)(void *);
} memory;
static int is_looking_up;
static char early_memory[1 << 16] __attribute__((aligned(64)));
static size_t early_size;

static void look_memory_up(void) {
  static const char *const names[] = {"malloc", "calloc", "realloc", "posix_memalign", "free"};
  void *found[sizeof names / sizeof names[0]];
  is_looking_up = 1;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) found[i] = dlsym(RTLD_NEXT, names[i]);
  is_looking_up = 0;
  memcpy(&memory, found, sizeof memory);
}

static void *early(size_t size) {
  early_size += (size + 63) & ~(size_t)63;
  return early_size <= sizeof early_memory ? early_memory + early_size - ((size + 63) & ~(size_t)63) : NULL;
}

static int is_early(const char *at) { return at >= early_memory && at < early_memory + sizeof early_memory; }

static int lacks_memory(size_t size) { return size >= LARGE_ALLOCATION && fails(CALL_memory); }

void *malloc(size_t size) {
  if (is_looking_up) return early(size);
  if (!memory.free) look_memory_up();
  return lacks_memory(size) ? NULL : memory.malloc(size);
}

void *calloc(size_t count, size_t size) {
  if (is_looking_up) return early(count * size);
  if (!memory.free) look_memory_up();
  return lacks_memory(count * size) ? NULL : memory.calloc(count, size);
}

void *realloc(void *at, size_t size) {
  if (!memory.free) look_memory_up();
  return lacks_memory(size) ? NULL : memory.realloc(at, size);
}

int posix_memalign(void **at, size_t alignment, size_t size) {
  if (!memory.free) look_memory_up();
  return lacks_memory(size) ? ENOMEM : memory.posix_memalign(at, alignment, size);
}

void free(void *at) {
  if (is_looking_up || is_early(at)) return;
  if (!memory.free) look_memory_up();
  memory.free(at);
}
#endif

#endif
