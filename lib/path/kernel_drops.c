#include "path/kernel_drops.h"

#include <dirent.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A packet socket with a receive ring, bound to the interface. */
static bool
receives_from(int fd, int interface)
{
	struct sockaddr_ll address;
	socklen_t size = sizeof address;
	int domain = 0;
	socklen_t domain_size = sizeof domain;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) != 0 ||
	    domain != AF_PACKET)
		return false;
	memset(&address, 0, sizeof address);
	return getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
	       address.sll_ifindex == interface;
}

void
kernel_drops_init(struct kernel_drops *k, const char *interface)
{
	int index = (int)if_nametoindex(interface);
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	*k = (struct kernel_drops){0};
	while (dir && index && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] != '.' && k->socket_count < KERNEL_SOCKETS_MAX &&
		    receives_from(fd, index))
			k->sockets[k->socket_count++] = fd;
	}
	if (dir)
		closedir(dir);
}

uint64_t
kernel_drops_read(struct kernel_drops *k)
{
	for (unsigned i = 0; i < k->socket_count; i++) {
		struct tpacket_stats stats = {0};
		socklen_t size = sizeof stats;

		if (getsockopt(k->sockets[i], SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0)
			k->drops += stats.tp_drops;
	}
	return k->drops;
}
