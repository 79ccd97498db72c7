#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"

enum { HUGE_PAGE = 2 << 20 };

static size_t
round_up(size_t size)
{
	return (size + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1);
}

/* Anonymous memory aligned to a huge page, so that the kernel can back it with huge pages. */
static void *
map_aligned(size_t size)
{
	uint8_t *raw = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t head;

	if (raw == MAP_FAILED)
		return NULL;
	head = (HUGE_PAGE - ((uintptr_t)raw & (HUGE_PAGE - 1))) & (HUGE_PAGE - 1);
	if (head)
		munmap(raw, head);
	munmap(raw + head + size, HUGE_PAGE - head);
	return raw + head;
}

void *
mem_map(size_t size, bool touch)
{
	void *p = MAP_FAILED;

	size = round_up(size);
	if (touch)
		p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		         MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE, -1, 0);
	if (p != MAP_FAILED)
		return p;
	p = map_aligned(size);
	if (!p)
		return NULL;
	madvise(p, size, MADV_HUGEPAGE);
	if (touch)
		memset(p, 0, size);
	return p;
}

void
mem_unmap(void *p, size_t size)
{
	if (p)
		munmap(p, round_up(size));
}

static void *
checked(void *p)
{
	if (!p) {
		log_error("mem", "out of memory");
		abort();
	}
	return p;
}

void *
mem_alloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *
mem_resize(void *p, size_t count, size_t size)
{
	return checked(reallocarray(p, count ? count : 1, size ? size : 1));
}

char *
mem_strdup(const char *text)
{
	return checked(strdup(text));
}

char *
mem_printf(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return checked(text);
}
