#include "conf/form.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
form_is_name(const char *text)
{
	size_t size = strlen(text);

	for (size_t i = 0; i < size; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
			return false;
	return size > 0 && size < 64;
}

bool
form_is_lcores(const char *text)
{
	return (isdigit((unsigned char)text[0]) || text[0] == '(') &&
	       text[strspn(text, "0123456789,-()@")] == '\0';
}

bool
form_is_server(const char *text)
{
	const char *colon = strrchr(text, ':');
	char *end;
	long port;

	if (strncmp(text, "unix:", 5) == 0)
		return text[5] != '\0';
	if (strncmp(text, "redis://", 8) == 0 || strncmp(text, "rediss://", 9) == 0 ||
	    strncmp(text, "sentinel://", 11) == 0)
		return strstr(text, "//")[2] != '\0';
	if (!colon || colon == text || !isdigit((unsigned char)colon[1]))
		return false;
	port = strtol(colon + 1, &end, 10);
	return *end == '\0' && port > 0 && port < 65536;
}

bool
form_is_community(const char *text)
{
	unsigned long part[4];
	size_t n = 0;
	char *end;

	for (;; text = end + 1) {
		if (n == 3 || !isdigit((unsigned char)*text))
			return false;
		part[n++] = strtoul(text, &end, 10);
		if (*end != ':')
			break;
	}
	for (size_t i = 0; i < n; i++)
		if (part[i] > (n == 2 ? 65535ul : 4294967295ul))
			return false;
	return *end == '\0' && n >= 2;
}

bool
form_is_scope(const char *text)
{
	const char *colon = strchr(text, ':');

	if (strcmp(text, "peering") == 0)
		return true;
	if (!colon || !colon[1])
		return false;
	return strncmp(text, "link:", 5) == 0 || strncmp(text, "site:", 5) == 0 ||
	       strncmp(text, "session:", 8) == 0;
}

bool
form_is_vdev(const char *text)
{
	size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789");

	return (strncmp(text, "net_", 4) == 0 || strncmp(text, "eth_", 4) == 0 ||
	        strncmp(text, "virtio_user", 11) == 0) &&
	       name > 4 && (text[name] == '\0' || text[name] == ',');
}

/* The short form "3b:00.0" leaves out domain 0. */
static bool
pci_fields(const char *text, unsigned field[4])
{
	int used = 0;

	field[0] = 0;
	if (sscanf(text, "%8x:%2x:%2x.%1x%n", &field[0], &field[1], &field[2], &field[3], &used) ==
	            4 &&
	    text[used] == '\0')
		return true;
	field[0] = 0;
	return sscanf(text, "%2x:%2x.%1x%n", &field[1], &field[2], &field[3], &used) == 3 &&
	       text[used] == '\0';
}

bool
form_pci_address(const char *text, char buf[FORM_PCI_SIZE])
{
	unsigned field[4]; /* domain, bus, device, function */

	if (text[strspn(text, "0123456789abcdefABCDEF:.")] != '\0' || !pci_fields(text, field) ||
	    field[2] > 31 || field[3] > 7)
		return false;
	snprintf(buf, FORM_PCI_SIZE, "%04x:%02x:%02x.%x", field[0], field[1], field[2], field[3]);
	return true;
}
