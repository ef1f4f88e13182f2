/* Makes system calls as its arguments say, for tests of rules: a harmless stand-in for an exploit.
 *
 *   act CALL ARG… [-- CALL ARG…]…
 *
 * CALL is a number, or `fork`: what follows is done by a child, which the parent waits for. ARG is a
 * number, `@text`, `=hex` (bytes), `&N` (N zero bytes), `:N` (what call N gave, from 1), `%a,b` (a list
 * of texts as execve takes it), `^1.2.3.4:80` or `+path` (an address as connect takes it). `repeat N`
 * does each call that follows N times. Results are ignored. Needs no library.
 */
typedef unsigned long word;

static word call(word nr, const word *a)
{
	word result;
#if defined(__x86_64__)
	register word r10 __asm__("r10") = a[3];
	register word r8 __asm__("r8") = a[4];
	register word r9 __asm__("r9") = a[5];
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
#elif defined(__aarch64__)
	register word x8 __asm__("x8") = nr;
	register word x0 __asm__("x0") = a[0];
	register word x1 __asm__("x1") = a[1];
	register word x2 __asm__("x2") = a[2];
	register word x3 __asm__("x3") = a[3];
	register word x4 __asm__("x4") = a[4];
	register word x5 __asm__("x5") = a[5];
	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	result = x0;
#endif
	return result;
}

#if defined(__x86_64__)
enum { FORK = 57, WAIT4 = 61, EXIT = 60 };
#else
enum { FORK = 220, WAIT4 = 260, EXIT = 93 };
#endif

static char zeros[1 << 16];
static char *lists[256];
static word used, results[32];

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static word number(const char *text)
{
	word value = 0, base = 10, negative = *text == '-';
	text += negative;
	if (text[0] == '0' && text[1] == 'x')
		base = 16, text += 2;
	for (; *text; text++)
		value = value * base + (word)(*text <= '9' ? *text - '0' : (*text | 32) - 'a' + 10);
	return negative ? -value : value;
}

static word list(char *text)
{
	char **begin = &lists[used];
	lists[used++] = text;
	for (; *text; text++)
		if (*text == ',') {
			*text = 0;
			lists[used++] = text + 1;
		}
	lists[used++] = 0;
	return (word)begin;
}

static word bytes(char *text)
{
	char *to = text;
	for (char *from = text; from[0] && from[1]; from += 2) {
		char two[3] = {from[0], from[1], 0}, hex[5] = {'0', 'x', two[0], two[1], 0};
		*to++ = (char)number(hex);
	}
	return (word)text;
}

static unsigned char addresses[32][112];
static word made;

/* `1.2.3.4:80`, in 16 bytes. */
static word internet(const char *text)
{
	unsigned char *to = addresses[made++];
	word part = 0, at = 4;
	to[0] = 2;
	for (; *text; text++) {
		if (*text >= '0' && *text <= '9') {
			part = part * 10 + (word)(*text - '0');
			continue;
		}
		to[at++] = (unsigned char)part;
		part = 0;
	}
	to[2] = (unsigned char)(part >> 8);
	to[3] = (unsigned char)part;
	return (word)to;
}

/* A path, in 110 bytes. */
static word local(const char *text)
{
	unsigned char *to = addresses[made++];
	to[0] = 1;
	for (word at = 2; *text && at < 109; at++)
		to[at] = (unsigned char)*text++;
	return (word)to;
}

static word value(char *text)
{
	switch (*text) {
	case '@':
		return (word)(text + 1);
	case '&':
		return (word)zeros;
	case ':':
		return results[number(text + 1)];
	case '%':
		return list(text + 1);
	case '=':
		return bytes(text + 1);
	case '^':
		return internet(text + 1);
	case '+':
		return local(text + 1);
	}
	return number(text);
}

__attribute__((used)) void begin(word *stack)
{
	int count = (int)stack[0], done = 0;
	word times = 1;
	char **args = (char **)(stack + 1);
	word none[6] = {0};
	for (int i = 1; i < count;) {
		word a[6] = {0};
		char *what = args[i++];
		for (int n = 0; i < count && !same(args[i], "--"); i++)
			if (n < 6)
				a[n++] = value(args[i]);
		i++;
		if (same(what, "fork")) {
			word seventeen[6] = {17};
			results[++done] = call(FORK, seventeen);
			if (results[done]) {
				word any[6] = {(word)-1, 0, 0, 0};
				call(WAIT4, any);
				break;
			}
		} else if (same(what, "repeat")) {
			times = a[0];
		} else {
			done++;
			for (word n = 0; n < times; n++)
				results[done] = call(number(what), a);
		}
	}
	call(EXIT, none);
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call begin\n");
#else
__asm__(".globl _start\n_start: mov x0, sp\n bl begin\n");
#endif
