/*
 * Parses IP addresses as they occur in URLs, in any notation, and writes the canonical one.
 *
 * Pure; safe on any thread.
 */
#ifndef ODO_HTTP_IP_ADDRESS_H
#define ODO_HTTP_IP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IP_ADDRESS_TEXT_SIZE = 48 };

struct ipv6_address {
    uint16_t groups[8];
};

/*
 * Accepts what inet_aton() does: one to four numbers, decimal, octal or hexadecimal, the last
 * of which fills the remaining bytes. "127.1" and "0x7f000001" are 127.0.0.1.
 */
bool ipv4_address_parse(const char *text, uint32_t *address_out);
void ipv4_address_write(uint32_t address, char text_out[IP_ADDRESS_TEXT_SIZE]);

/* Parse an address of RFC 4291 section 2.2, without brackets and zone. */
bool ipv6_address_parse(const char *text, size_t size, struct ipv6_address *address_out);

/* Hexadecimal, with the longest run of zeros as "::" (RFC 5952, except for embedded IPv4). */
void ipv6_address_write(const struct ipv6_address *address,
                        char text_out[IP_ADDRESS_TEXT_SIZE]);

#endif
