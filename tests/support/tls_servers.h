/*
 * The https servers that tls_servers.py runs around a test program: nginx on 127.0.0.1, each
 * server with a certificate of its own, all with TLS_FILE.
 *
 *   good         for localhost and 127.0.0.1, of the authority "trusted"; and /to/<server> is a
 *                redirect to its file
 *   unknown      of an authority that nobody trusts
 *   name         for elsewhere.test and 127.0.0.2
 *   address      for localhost, and for 127.0.0.1 as a name instead of as an address
 *   expired      past its time; future: before it
 *   usage        for clients
 *   forged       with a wrong signature
 *   all          of an authority that nobody trusts, for another name, for clients, expired
 *   old-unknown  of an authority that nobody trusts, and expired
 *   listed       says where the list of revoked certificates is; revoked: is in it;
 *                unlisted: there is no list
 *   chained      of an authority that the server does not show, "middle.der" of the gate,
 *                which the authority "trusted" vouches for
 *   held-list    its list of revoked certificates is "one.crl" of the gate;
 *                held-again: "two.crl"
 *   checked      whether it was revoked can be asked of "ocsp" of the gate, which does not know
 *   http2        as good, and answers 505 to anything but HTTP/2
 *   client       as good, and wants a certificate of the authority "trusted" of its client;
 *                without, it answers 400
 *   plain        without TLS; has "/log", a line for each request so far: port, path, protocol
 *   gate         without TLS; answers "/held/<name>" once "/release/<name>" was asked for, and
 *                "/asked/<name>" once "/held/<name>" was
 *   unsized      as good, over HTTP/1.1, and does not say how long the file is, which ends with
 *                the session; unsized-cut: without its end, nor that of half of the file
 *   flood-...    as good, and answers without end what FLOODS in tls_servers.py says;
 *                "/flowing/<server>" of the gate is answered once it does
 */
#ifndef SUPPORT_TLS_SERVERS_H
#define SUPPORT_TLS_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLS_FILE "/file"

/* Whether tls_servers.py runs this program. If not, it says so as a reason to skip it. */
bool tls_servers_are_there(void);

/* The test fails if there is no such server. */
uint16_t tls_server_port(const char *server);

enum { TLS_URL_SIZE = 256 };

/* scheme://host:port and the path; https but for "plain". Returns `url_out`. */
const char *tls_server_url(const char *server, const char *host, const char *path,
                           char url_out[TLS_URL_SIZE]);

/* The path of a file that tls_servers.py made, such as "client-and-key.pem"; free() it. */
char *tls_servers_path(const char *name);

/* The bytes of a file, and a zero behind them; free() it. The test fails without. */
unsigned char *tls_servers_read(const char *path, size_t *size_out);

/* The test fails unless the file at `path` holds what TLS_FILE does. */
void tls_servers_expect_file(const char *path);

/*
 * Make this user trust the authority "trusted", until tls_trust_end(). Returns what goes into
 * odo_engine_options.ca_file, or NULL where the system's store now has it. Wine's store, or
 * that of a user who is asked by a window.
 */
const char *tls_trust_begin(void);
void tls_trust_end(void);

/*
 * The certificate for clients, as ODO_JOB_CLIENT_CERTIFICATE takes it, where it can be used
 * until tls_client_certificate_end(). free() it.
 */
char *tls_client_certificate_begin(void);
void tls_client_certificate_end(void);

#endif
