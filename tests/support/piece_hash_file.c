#include "support/piece_hash_file.h"

#include "platform/hash.h"
#include "support/content.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_TEXT_SIZE = 45 }; /* base64, with its end */

static void need(bool is_so)
{
    if (!is_so) {
        fprintf(stderr, "a piece hash file cannot be made\n");
        exit(EXIT_FAILURE);
    }
}

static void write_base64(const unsigned char hash[SHA256_SIZE], char text_out[HASH_TEXT_SIZE])
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = text_out;

    for (int i = 0; i < SHA256_SIZE; i += 3) {
        bool is_last = i + 2 == SHA256_SIZE; /* 32 bytes are ten times three, and two */
        uint32_t bits = (uint32_t)hash[i] << 16 | (uint32_t)hash[i + 1] << 8;

        bits |= is_last ? 0 : hash[i + 2];
        *out++ = digits[bits >> 18];
        *out++ = digits[bits >> 12 & 63];
        *out++ = digits[bits >> 6 & 63];
        *out++ = is_last ? '=' : digits[bits & 63];
    }
    *out = '\0';
}

/* The hashes of all pieces, one after the other; to be freed. */
static unsigned char *hash_pieces(uint64_t seed, uint64_t size, uint64_t piece_size,
                                  size_t *count_out)
{
    size_t count = (size_t)(size / piece_size + (size % piece_size != 0));
    unsigned char *hashes = malloc(count * SHA256_SIZE + 1);
    unsigned char *piece = malloc((size_t)(piece_size < size ? piece_size : size) + 1);

    need(hashes && piece);
    for (size_t i = 0; i < count; i++) {
        uint64_t left = size - i * piece_size;
        size_t length = (size_t)(left < piece_size ? left : piece_size);

        content_fill(seed, i * piece_size, piece, length);
        need(platform_hash_of(piece, length, hashes + i * SHA256_SIZE) == ODO_OK);
    }
    free(piece);
    *count_out = count;
    return hashes;
}

static void hash_hashes(const unsigned char *hashes, size_t count,
                        char text_out[HASH_TEXT_SIZE])
{
    unsigned char hash[SHA256_SIZE];

    need(platform_hash_of(hashes, count * SHA256_SIZE, hash) == ODO_OK);
    write_base64(hash, text_out);
}

char *piece_hash_file_make(uint64_t seed, uint64_t size, uint64_t piece_size)
{
    size_t count;
    unsigned char *hashes = hash_pieces(seed, size, piece_size, &count);
    size_t capacity = 300 + count * (HASH_TEXT_SIZE + 2);
    char *text = malloc(capacity);
    char hash[HASH_TEXT_SIZE];
    size_t length;

    need(text != NULL);
    hash_hashes(hashes, count, hash);
    length =
        (size_t)snprintf(text, capacity,
                         "{\"MajorVersion\":1,\"MinorVersion\":0,\"ContentLength\":%" PRIu64
                         ",\"PieceSize\":%" PRIu64 ",\"HashOfHashes\":\"%s\",\"Pieces\":[",
                         size, piece_size, hash);
    for (size_t i = 0; i < count; i++) {
        write_base64(hashes + i * SHA256_SIZE, hash);
        length += (size_t)snprintf(text + length, capacity - length, "%s\"%s\"",
                                   i > 0 ? "," : "", hash);
    }
    snprintf(text + length, capacity - length, "]}");
    free(hashes);
    return text;
}

char *piece_hash_file_info(const char *url, uint64_t seed, uint64_t size, uint64_t piece_size)
{
    size_t count;
    unsigned char *hashes = hash_pieces(seed, size, piece_size, &count);
    size_t capacity = strlen(url) + 200;
    char *text = malloc(capacity);
    char hash[HASH_TEXT_SIZE];

    need(text != NULL);
    hash_hashes(hashes, count, hash);
    snprintf(text, capacity, "{\"PiecesHashFileUrl\":\"%s\",\"HashOfHashes\":\"%s\"}", url,
             hash);
    free(hashes);
    return text;
}

char *piece_hash_file_replace(const char *text, const char *old_text, const char *new_text)
{
    const char *place = strstr(text, old_text);
    size_t capacity = strlen(text) + strlen(new_text) + 1;
    char *result = malloc(capacity);

    need(place && result);
    snprintf(result, capacity, "%.*s%s%s", (int)(place - text), text, new_text,
             place + strlen(old_text));
    return result;
}
