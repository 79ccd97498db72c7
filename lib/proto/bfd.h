/*
 * BFD control packets (RFC 5880 section 4.1, authentication 4.2-4.4). The UDP port tells which kind
 * of session it is. Any thread.
 *
 *    0               8               16              24
 *   | vers |  diag    |sta|P|F|C|A|D|M|  detect mult  |    length     |
 *   |                       my discriminator                          |
 *   |                      your discriminator                         |
 *   |                    desired min TX interval, us                  |
 *   |                   required min RX interval, us                  |
 *   |                 required min echo RX interval, us               |
 *   | auth type     |   auth length |  key id       | password, or reserved and sequence ...
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

enum {
	BFD_SIZE = 24,
	BFD_PORT_SINGLE_HOP = 3784, /* RFC 5881 section 4 */
	BFD_PORT_ECHO = 3785,       /* the sender's own bytes: no control packet */
	BFD_PORT_MULTIHOP = 4784,   /* RFC 5883 section 5 */
	BFD_PORT_MICRO = 6784,      /* RFC 7130 section 2.2: one session per LAG member */
	BFD_PORT_SEAMLESS = 7784,   /* RFC 7881 section 4: of the reflector */
};

enum bfd_kind {
	BFD_NO_KIND,
	BFD_SINGLE_HOP,
	BFD_ECHO,
	BFD_MULTIHOP,
	BFD_MICRO,
	BFD_SEAMLESS,
};

enum bfd_state { BFD_ADMIN_DOWN, BFD_DOWN, BFD_INIT, BFD_UP };

enum bfd_flag {
	BFD_POLL = 0x20,
	BFD_FINAL = 0x10,
	BFD_INDEPENDENT = 0x08, /* of the control plane */
	BFD_AUTH = 0x04,
	BFD_DEMAND = 0x02,
	BFD_MULTIPOINT = 0x01,
};

enum bfd_auth {
	BFD_AUTH_NONE,
	BFD_AUTH_PASSWORD,
	BFD_AUTH_MD5,
	BFD_AUTH_MD5_METICULOUS,
	BFD_AUTH_SHA1,
	BFD_AUTH_SHA1_METICULOUS,
};

struct bfd {
	uint8_t version, diag;
	uint8_t state; /* enum bfd_state */
	uint8_t flags; /* enum bfd_flag */
	uint8_t detect_mult, size;
	uint8_t auth_type, auth_key; /* enum bfd_auth */
	uint32_t my_discriminator, your_discriminator;
	uint32_t desired_min_tx_us, required_min_rx_us, required_min_echo_rx_us;
	uint32_t auth_sequence; /* 0 for passwords */
};

/* Which kind the ports say; BFD_NO_KIND: none. A reflector answers from its own port. */
enum bfd_kind bfd_kind_of(uint16_t sport, uint16_t dport);

/* BFD_SHORT: less than the packet's own length; BFD_BAD: what section 6.8.6 discards without
 * looking at a session (version, length, multiplier, multipoint bit, own discriminator 0), or an
 * authentication section that does not fit. The fields are valid once 24 bytes were there. */
enum reason bfd_decode(struct cursor *c, struct bfd *out);

/* Section 6.8.4: how long the receiver `local` waits for packets of `remote`, both Up. */
uint64_t bfd_detection_us(const struct bfd *local, const struct bfd *remote);

const char *bfd_state_name(uint8_t state); /* "AdminDown" …; enum bfd_state */
const char *bfd_kind_name(uint8_t kind);   /* "single-hop" … */
/* Section 4.1: "control detection time expired" … */
const char *bfd_diag_name(uint8_t diag);
