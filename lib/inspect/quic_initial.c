#include "inspect/quic_initial.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum {
	SALT_SIZE = 20,
	SECRET_SIZE = 32,
	TAG_SIZE = 16,
	SAMPLE_SIZE = 16,
	NUMBER_MAX = 4,
	LABEL_MAX = 32,
	FRAME_PADDING = 0x00,
	FRAME_PING = 0x01,
	FRAME_ACK = 0x02,
	FRAME_ACK_ECN = 0x03,
	FRAME_CRYPTO = 0x06,
	GOOGLE_PING = 0x07,
	GOOGLE_CRYPTO = 0x08,
	ACK_RANGES_MAX = 256,
};

/* Initial salts: of draft-ietf-quic-tls-22, of -23 to -28, of -29 to -32, of RFC 9001 section 5.2
 * (-33 and -34 had it), of RFC 9369 section 3.3.1 and its drafts, and of the versions that a
 * browser had before them. */
static const uint8_t salt_draft_22[SALT_SIZE] = {0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb,
                                                 0xe9, 0x19, 0x3a, 0x96, 0xcd, 0x21, 0x51,
                                                 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a};
static const uint8_t salt_draft_23[SALT_SIZE] = {0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb,
                                                 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4,
                                                 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02};
static const uint8_t salt_draft_29[SALT_SIZE] = {0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2,
                                                 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61,
                                                 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};
static const uint8_t salt_v1[SALT_SIZE] = {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34,
                                           0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8,
                                           0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
static const uint8_t salt_v2[SALT_SIZE] = {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6,
                                           0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26,
                                           0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
static const uint8_t salt_v2_draft[SALT_SIZE] = {0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47,
                                                 0x18, 0x4a, 0x1d, 0x62, 0xca, 0x57, 0x04,
                                                 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3};
static const uint8_t salt_q050[SALT_SIZE] = {0x50, 0x45, 0x74, 0xef, 0xd0, 0x66, 0xfe,
                                             0x2f, 0x9d, 0x94, 0x5c, 0xfc, 0xdb, 0xd3,
                                             0xa7, 0xf0, 0xd3, 0xb5, 0x6b, 0x45};
static const uint8_t salt_t050[SALT_SIZE] = {0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72,
                                             0x91, 0x55, 0x80, 0x30, 0x4c, 0x43, 0xa2,
                                             0x36, 0x7c, 0x60, 0x48, 0x83, 0x10};
static const uint8_t salt_t051[SALT_SIZE] = {0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee,
                                             0x5f, 0xa4, 0x50, 0x6c, 0x19, 0x12, 0x4f,
                                             0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d};

static const struct {
	uint32_t from, to;
	const uint8_t *salt;
} salts[] = {
	{0xff000016, 0xff000016, salt_draft_22},
	{0xff000017, 0xff00001c, salt_draft_23},
	{0xff00001d, 0xff000020, salt_draft_29},
	{0xff000021, 0xff000022, salt_v1},
	{QUIC_V1, QUIC_V1, salt_v1},
	{QUIC_V2, QUIC_V2, salt_v2},
	{QUIC_V2_DRAFT, QUIC_V2_DRAFT, salt_v2_draft},
	{0xfaceb001, 0xfaceb001, salt_draft_22}, /* a vendor's, built on those drafts */
	{0xfaceb002, 0xfaceb002, salt_draft_23},
	{0xfaceb00e, 0xfaceb00e, salt_draft_23},
	{QUIC_Q050, QUIC_Q050, salt_q050},
	{QUIC_T050, QUIC_T050, salt_t050},
	{QUIC_T051, QUIC_T051, salt_t051},
};

static const uint8_t *
salt_of(uint32_t version)
{
	for (size_t i = 0; i < sizeof salts / sizeof *salts; i++)
		if (version >= salts[i].from && version <= salts[i].to)
			return salts[i].salt;
	return NULL;
}

/* RFC 8446 section 7.1: HKDF-Expand-Label with no context, of at most one block (RFC 5869 2.3). */
static void
expand(const uint8_t secret[SECRET_SIZE], const char *label, uint8_t *out, uint8_t size)
{
	uint8_t info[4 + 6 + LABEL_MAX + 1] = {0, size}, block[EVP_MAX_MD_SIZE];
	size_t label_size = strlen(label), at = 2;
	unsigned block_size;

	info[at++] = (uint8_t)(6 + label_size);
	memcpy(info + at, "tls13 ", 6);
	memcpy(info + at + 6, label, label_size);
	at += 6 + label_size;
	info[at++] = 0; /* context */
	info[at++] = 1; /* HKDF's block counter */
	HMAC(EVP_sha256(), secret, SECRET_SIZE, info, at, block, &block_size);
	memcpy(out, block, size);
}

static void
derive_side(const uint8_t initial[SECRET_SIZE], const char *side, bool v2, struct quic_keys *out)
{
	uint8_t secret[SECRET_SIZE];

	expand(initial, side, secret, sizeof secret);
	expand(secret, v2 ? "quicv2 key" : "quic key", out->key, sizeof out->key);
	expand(secret, v2 ? "quicv2 iv" : "quic iv", out->iv, sizeof out->iv);
	expand(secret, v2 ? "quicv2 hp" : "quic hp", out->header, sizeof out->header);
}

bool
quic_keys_derive(uint32_t version, const uint8_t *dcid, uint8_t size, struct quic_keys *client,
                 struct quic_keys *server)
{
	const uint8_t *salt = salt_of(version);
	uint8_t initial[EVP_MAX_MD_SIZE];
	unsigned initial_size;

	if (!salt)
		return false;
	HMAC(EVP_sha256(), salt, SALT_SIZE, dcid, size, initial, &initial_size);
	derive_side(initial, "client in", quic_is_v2(version), client);
	derive_side(initial, "server in", quic_is_v2(version), server);
	return true;
}

/* RFC 9001 section 5.4.3: the mask is one AES block of the sample. */
static bool
make_mask(const struct quic_keys *keys, const uint8_t *sample, uint8_t mask[SAMPLE_SIZE])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int size = 0;
	bool ok = ctx &&
	          EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, keys->header, NULL) == 1 &&
	          EVP_EncryptUpdate(ctx, mask, &size, sample, SAMPLE_SIZE) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return ok && size == SAMPLE_SIZE;
}

/* `sealed` ends with the tag. */
static int
unseal(const struct quic_keys *keys, const uint8_t nonce[12], const uint8_t *header,
       size_t header_size, const uint8_t *sealed, size_t sealed_size, uint8_t *plain)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int size = 0, more = 0, text = (int)(sealed_size - TAG_SIZE);
	uint8_t tag[TAG_SIZE];
	bool ok;

	memcpy(tag, sealed + text, TAG_SIZE);
	ok = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, keys->key, nonce) == 1 &&
	     EVP_DecryptUpdate(ctx, NULL, &more, header, (int)header_size) == 1 &&
	     EVP_DecryptUpdate(ctx, plain, &size, sealed, text) == 1 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
	     EVP_DecryptFinal_ex(ctx, plain + size, &more) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? size + more : -1;
}

/* The header up to and with the packet number, its protection removed. Initials are early: the
 * numbers are small, so what is sent of them is all of them (RFC 9000 appendix A.3). */
static size_t
unprotect(const struct quic *packet, const uint8_t *mask, uint8_t *header, uint32_t *number)
{
	size_t before = (size_t)(packet->protected.at - packet->packet.at), number_size;

	memcpy(header, packet->packet.at, before + NUMBER_MAX);
	header[0] ^= mask[0] & 0x0f;
	number_size = (header[0] & 3) + 1u;
	*number = 0;
	for (size_t i = 0; i < number_size; i++) {
		header[before + i] ^= mask[1 + i];
		*number = *number << 8 | header[before + i];
	}
	return before + number_size;
}

int
quic_initial_open(const struct quic *packet, const struct quic_keys *keys,
                  uint8_t plain[QUIC_PLAIN_MAX])
{
	size_t size = cursor_left(&packet->protected);
	size_t before = (size_t)(packet->protected.at - packet->packet.at), header_size,
	       sealed_size;
	uint8_t header[QUIC_PLAIN_MAX], mask[SAMPLE_SIZE], nonce[12];
	uint32_t number;

	/* RFC 9001 section 5.4.2: the sample begins where a packet number of four bytes would end
	 */
	if (size < NUMBER_MAX + SAMPLE_SIZE || size > QUIC_PLAIN_MAX ||
	    before + NUMBER_MAX > sizeof header)
		return -1;
	if (!make_mask(keys, packet->protected.at + NUMBER_MAX, mask))
		return -1;
	header_size = unprotect(packet, mask, header, &number);
	sealed_size = size - (header_size - before);
	memcpy(nonce, keys->iv, sizeof nonce);
	for (unsigned i = 0; i < NUMBER_MAX; i++)
		nonce[11 - i] ^= (uint8_t)(number >> 8 * i);
	return unseal(keys, nonce, header, header_size, packet->packet.at + header_size,
	              sealed_size, plain);
}

/* RFC 9000 section 19.3 */
static void
skip_ack(struct cursor *c, bool ecn)
{
	uint64_t ranges;

	quic_integer(c);
	quic_integer(c);
	ranges = quic_integer(c);
	quic_integer(c);
	if (ranges > ACK_RANGES_MAX)
		c->ok = false;
	for (uint64_t i = 0; c->ok && i < ranges; i++) {
		quic_integer(c);
		quic_integer(c);
	}
	for (unsigned i = 0; ecn && i < 3; i++)
		quic_integer(c);
}

/* gQUIC's acknowledgement, whose first byte is 01nt llmm (QUIC Wire Layout Specification, "ACK
 * Frame"): bytes of the largest number and of each block, blocks behind the first, timestamps. */
static void
skip_google_ack(struct cursor *c, uint8_t type)
{
	static const uint8_t sizes[4] = {1, 2, 4, 6};
	uint8_t largest = sizes[type >> 2 & 3], block = sizes[type & 3];
	unsigned blocks, times;

	cursor_skip(c, largest + 2u); /* and the delay */
	blocks = type & 0x20 ? cursor_u8(c) : 0;
	cursor_skip(c, block + blocks * (1u + block));
	times = cursor_u8(c);
	if (times)
		cursor_skip(c, 5 + (times - 1) * 3);
}

static bool
take_crypto(struct cursor *frames, struct quic_crypto *out)
{
	uint64_t size;

	out->offset = quic_integer(frames);
	size = quic_integer(frames);
	if (size > cursor_left(frames))
		return false;
	out->data = cursor_slice(frames, size);
	return frames->ok;
}

/* Padding is the rest of the packet. */
static bool
google_crypto_next(struct cursor *frames, struct quic_crypto *out)
{
	while (cursor_left(frames)) {
		uint8_t type = cursor_u8(frames);

		if (type == GOOGLE_CRYPTO)
			return take_crypto(frames, out);
		if (type >> 6 == 1)
			skip_google_ack(frames, type);
		else if (type != GOOGLE_PING)
			return false;
	}
	return false;
}

bool
quic_crypto_next(struct cursor *frames, uint32_t version, struct quic_crypto *out)
{
	if (quic_is_google(version))
		return google_crypto_next(frames, out);
	while (cursor_left(frames)) {
		uint64_t type = quic_integer(frames);

		switch (type) {
		case FRAME_PADDING:
		case FRAME_PING:
			break;
		case FRAME_ACK:
		case FRAME_ACK_ECN:
			skip_ack(frames, type == FRAME_ACK_ECN);
			break;
		case FRAME_CRYPTO:
			return take_crypto(frames, out);
		default: /* CONNECTION_CLOSE ends it, others may not stand here */
			return false;
		}
	}
	return false;
}
