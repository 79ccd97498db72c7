#include "conf/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct sample {
	const char *text;
	bool right;
};

static void
judge(const char *what, bool (*form)(const char *), const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (form(samples[i].text) != samples[i].right)
			fail_msg("%s: \"%s\" judged wrong", what, samples[i].text);
}
#define JUDGE(form, ...)                                                         \
	do {                                                                     \
		static const struct sample samples[] = {__VA_ARGS__};            \
		judge(#form, form, samples, sizeof samples / sizeof samples[0]); \
	} while (0)

static void
names(void **state)
{
	(void)state;
	JUDGE(form_is_name, {"pni-a", true}, {"edge1.ams", true}, {"A_b.9", true}, {"", false},
	      {"a b", false}, {"a:b", false}, {"{a}", false}, {"\xc3\xa9", false},
	      {"0123456789012345678901234567890123456789012345678901234567890123", false},
	      {"012345678901234567890123456789012345678901234567890123456789012", true});
}

static void
servers(void **state)
{
	(void)state;
	JUDGE(form_is_server, {"unix:/run/redis.sock", true}, {"127.0.0.1:6379", true},
	      {"redis.example:6379", true}, {"[2001:db8::1]:6379", true}, {"redis://h:1/0", true},
	      {"sentinel://h:26379/main", true}, {"unix:", false}, {"host", false},
	      {":6379", false}, {"h:0", false}, {"h:65536", false}, {"h:63x", false},
	      {"redis://", false}, {"", false});
}

static void
communities(void **state)
{
	(void)state;
	JUDGE(form_is_community, {"8075:8007", true}, {"65535:65281", true}, {"0:0", true},
	      {"8075:1:2", true}, {"4294967295:4294967295:0", true}, {"65536:1", false},
	      {"8075", false}, {"8075:", false}, {":1", false}, {"1:2:3:4", false}, {"a:b", false},
	      {"1:-2", false}, {"4294967296:1:1", false}, {"1:2x", false}, {"", false});
}

static void
scopes(void **state)
{
	(void)state;
	JUDGE(form_is_scope, {"peering", true}, {"link:a", true}, {"site:b", true},
	      {"session:c", true}, {"link:", false}, {"router:x", false}, {"a", false},
	      {"", false});
}

static void
cores(void **state)
{
	(void)state;
	JUDGE(form_is_lcores, {"2-9", true}, {"0", true}, {"1,3,5-7", true},
	      {"(1-3)@(4-6),7", true}, {"all", false}, {"", false}, {"-1", false}, {"2;rm", false});
}

static void
virtual_devices(void **state)
{
	(void)state;
	JUDGE(form_is_vdev, {"net_null0", true}, {"net_af_packet0,iface=veth0", true},
	      {"virtio_user0,path=/x", true}, {"eth0", false}, {"net_", false}, {"", false},
	      {"crypto_null0", false}, {"net_null0 --huge", false});
}

static void
pci_addresses(void **state)
{
	static const struct {
		const char *text, *canonical;
	} samples[] = {
		{"0000:3b:00.0", "0000:3b:00.0"},
		{"3B:1f.7", "0000:3b:1f.7"},
		{"10000:3b:00.0", "10000:3b:00.0"},
		{"0001:ff:00.1", "0001:ff:00.1"},
		{"3b:20.0", NULL},
		{"3b:00.8", NULL},
		{"3b:00", NULL},
		{"3b:00.0x", NULL},
		{"3b:00.0,representor=1", NULL},
		{"", NULL},
		{"3b", NULL},
		{"::.", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		char buf[FORM_PCI_SIZE];
		bool ok = form_pci_address(samples[i].text, buf);

		if (ok != (samples[i].canonical != NULL))
			fail_msg("\"%s\" judged wrong", samples[i].text);
		if (ok)
			assert_string_equal(buf, samples[i].canonical);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),         cmocka_unit_test(servers),
		cmocka_unit_test(communities),   cmocka_unit_test(scopes),
		cmocka_unit_test(cores),         cmocka_unit_test(virtual_devices),
		cmocka_unit_test(pci_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
