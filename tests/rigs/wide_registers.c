/* Lets user-mode Linux 6.1 run on processors with AMX.
 *
 * It keeps a guest's registers in an area made for AVX-512 and hands that area to
 * ptrace(PTRACE_SETREGSET, NT_X86_XSTATE). The host refuses anything but its own whole area
 * (xstateregs_set in the kernel's arch/x86/kernel/fpu/regset.c), which AMX has made 8 KiB larger,
 * and the guest dies at its first process. Preloaded, this pads the area: tiles that nobody
 * switched on are zero, and the header's bits for them say so.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

static unsigned char whole[65536];
static size_t whole_size; /* the host's own, learnt from the first PTRACE_GETREGSET */

long ptrace(enum __ptrace_request request, ...)
{
    static long (*real)(enum __ptrace_request, ...);
    va_list arguments;

    va_start(arguments, request);
    long process = va_arg(arguments, long);
    void *address = va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);
    if (real == NULL)
        real = dlsym(RTLD_NEXT, "ptrace");
    if ((long)address != NT_X86_XSTATE)
        return real(request, process, address, data);

    struct iovec *asked = data;
    struct iovec area = {whole, sizeof whole};
    if (request == PTRACE_GETREGSET) {
        long failed = real(request, process, address, &area);
        if (failed)
            return failed;
        whole_size = area.iov_len;
        if (asked->iov_len > whole_size)
            asked->iov_len = whole_size;
        memcpy(asked->iov_base, whole, asked->iov_len);
        return 0;
    }
    if (request == PTRACE_SETREGSET && asked->iov_len < whole_size) {
        memset(whole, 0, whole_size);
        memcpy(whole, asked->iov_base, asked->iov_len);
        area.iov_len = whole_size;
        return real(request, process, address, &area);
    }
    return real(request, process, address, data);
}
