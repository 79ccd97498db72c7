#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inspect/certificate.h"
#include "support/hex.h"

/* Made and printed by openssl(1): subject "O = Example, CN = sbc1.voice.example", issuer "O =
 * Example CA", DNS:sbc1.voice.example, DNS:*.sbc.example, IP:192.0.2.1, from Nov 23 02:21:19 2026
 * to Feb 21 02:21:19 2027. */
static const char text[] =
	"308201aa3082014fa003020102020107300a06082a8648ce3d0403023015311330110603"
	"55040a0c0a4578616d706c65204341301e170d3236313132333032323131395a170d3237"
	"303232313032323131395a302f3110300e060355040a0c074578616d706c65311b301906"
	"035504030c12736263312e766f6963652e6578616d706c653059301306072a8648ce3d02"
	"0106082a8648ce3d03010703420004366c25e035d127dc53e3055363264b9feb25ea644d"
	"b2766be97568556f291af885120362b523aaa2cffa2fc582bcc88825360b9b7c50091384"
	"0f18a615896cc8a376307430320603551d11042b30298212736263312e766f6963652e65"
	"78616d706c65820d2a2e7362632e6578616d706c658704c0000201301d0603551d0e0416"
	"04142e71c332b5caae2f7a7fb806a82e3684e4daa8f7301f0603551d2304183016801486"
	"75c089f2b4baa7e754b3ba427fd1ccafbb9aa0300a06082a8648ce3d0403020349003046"
	"022100ba8404c7033c3fd17f080b2e0151af1130f800866c4dce34bef0de9244c6c1d902"
	"2100de4d980778912afa14c531c078b9e1d47566b54e20e9ef456e45b33da0c88c6a";

static void
test_fields(void **state)
{
	uint8_t der[sizeof text / 2];
	size_t size = hex_read(text, der, sizeof der);
	struct certificate c;

	(void)state;
	assert_true(certificate_read(cursor_over(der, size), &c));
	assert_string_equal(c.subject, "sbc1.voice.example");
	assert_string_equal(c.names, "sbc1.voice.example,*.sbc.example");
	assert_string_equal(c.issuer, "Example CA");
	assert_int_equal(c.not_before_us, 1795400479000000);
	assert_int_equal(c.not_after_us, 1803176479000000);
	assert_false(c.self_issued);
}

/* RFC 6125 section 6.4.3 */
static void
test_names(void **state)
{
	struct certificate c = {.subject = "cn.example", .names = "sbc1.example,*.sbc.example"};

	(void)state;
	assert_true(certificate_has_name(&c, "SBC1.example"));
	assert_true(certificate_has_name(&c, "cn.example"));
	assert_true(certificate_has_name(&c, "a.sbc.example"));
	assert_false(certificate_has_name(&c, "sbc.example"));
	assert_false(certificate_has_name(&c, "b.a.sbc.example"));
	assert_false(certificate_has_name(&c, "sbc2.example"));
}

static void
test_broken(void **state)
{
	uint8_t der[sizeof text / 2], *exact;
	size_t size = hex_read(text, der, sizeof der);
	struct certificate c;

	(void)state;
	for (size_t cut = 0; cut < size; cut++) {
		exact = malloc(cut ? cut : 1);
		memcpy(exact, der, cut);
		assert_false(certificate_read(cursor_over(exact, cut), &c));
		free(exact);
	}
	for (size_t at = 0; at < size; at++) {
		der[at] ^= 0xff;
		certificate_read(cursor_over(der, size), &c);
		der[at] ^= 0xff;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
