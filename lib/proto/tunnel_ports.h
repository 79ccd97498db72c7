/*
 * UDP ports that may carry a tunnel (IANA service names registry; 8472 is the port that Linux used
 * for VXLAN before one was assigned). Only a hint: packet.c enters a tunnel when its header fits
 * too.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	PORT_L2TP = 1701,
	PORT_GTP_U = 2152,
	PORT_TEREDO = 3544,
	PORT_VXLAN = 4789,
	PORT_VXLAN_GPE = 4790,
	PORT_GENEVE = 6081,
	PORT_VXLAN_OLD = 8472,
};

static inline bool
tunnel_port(uint16_t port)
{
	switch (port) {
	case PORT_L2TP:
	case PORT_GTP_U:
	case PORT_TEREDO:
	case PORT_VXLAN:
	case PORT_VXLAN_GPE:
	case PORT_GENEVE:
	case PORT_VXLAN_OLD:
		return true;
	default:
		return false;
	}
}

/* GTP-U, L2TP and Teredo answer from their port, so either one counts. */
static inline bool
tunnel_ports_either(uint16_t sport, uint16_t dport)
{
	return tunnel_port(dport) || tunnel_port(sport);
}
