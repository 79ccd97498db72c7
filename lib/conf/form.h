/*
 * Which texts are names, servers, ports and the like: pure functions over one text. Any thread.
 */
#pragma once

#include <stdbool.h>

enum { FORM_PCI_SIZE = 20 };

/* Letters, digits, '.', '_' and '-', at most 63: what may become part of a key. */
bool form_is_name(const char *text);
/* A core list of EAL: "2-9", "(1-3)@1,5". */
bool form_is_lcores(const char *text);
/* "unix:PATH", "HOST:PORT", "redis://…", "rediss://…", "sentinel://…". */
bool form_is_server(const char *text);
/* "8075:8007" (RFC 1997, parts of 16 bits) or "8075:1:2" (RFC 8092, parts of 32 bits). */
bool form_is_community(const char *text);
/* "link:NAME", "site:NAME", "session:NAME", "peering". */
bool form_is_scope(const char *text);
/* A virtual device of EAL, with its arguments: "net_af_packet0,iface=tap0". */
bool form_is_vdev(const char *text);
/* "3b:00.0" and "0000:3B:00.0" are one port: the long lower-case form. False: no PCI address. */
bool form_pci_address(const char *text, char buf[FORM_PCI_SIZE]);
