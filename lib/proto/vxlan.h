/*
 * VXLAN (RFC 7348 section 5) and VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe section 3). Called by
 * packet.c alone; any thread.
 *
 *    0               8               24      32
 *   +-+-+-+-+-+-+-+-+---------------+-------+
 *   |    flags      |    reserved   | next  |     flags: I 0x08 the VNI is valid, P 0x04 (GPE) next
 *   +---------------+---------------+-------+
 *   |              VNI              |reserv.|
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "proto/reason.h"

struct vxlan {
	uint32_t vni;
	uint16_t type; /* an ethertype; ETHERTYPE_TEB for a frame; 0: none that is entered */
};

/* Whether the next byte is a VXLAN header's: its flag I is set; the reserved bits are ignored on
 * receipt (RFC 7348 section 5), those of the GPE draft's version must be zero. */
bool vxlan_fits(const struct cursor *c);
bool vxlan_gpe_fits(const struct cursor *c);

/* VXLAN_BAD. */
enum reason vxlan_decode(struct cursor *c, struct vxlan *out);
enum reason vxlan_gpe_decode(struct cursor *c, struct vxlan *out);
