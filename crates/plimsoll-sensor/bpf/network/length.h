// Numbers of the calls that move bytes through any descriptor, or send one message.
#pragma once
#ifdef __TARGET_ARCH_x86
#define NR_READ 0
#define NR_WRITE 1
#define NR_READV 19
#define NR_WRITEV 20
#define NR_SENDTO 44
#define NR_SENDMSG 46
#else
#define NR_READ 63
#define NR_WRITE 64
#define NR_READV 65
#define NR_WRITEV 66
#define NR_SENDTO 206
#define NR_SENDMSG 211
#endif
