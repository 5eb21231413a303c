/*
 * Whatever is sent as a piece hash file, with whatever a client has said of it, it is refused
 * or read as pieces that make up the whole file. The info ends at the first zero.
 */
#include "fuzz_target.h"

#include "output/piece_hashes.h"

#include <string.h>

static void check_pieces(const struct piece_hashes *hashes)
{
    uint64_t end = 0;

    for (size_t i = 0; i < hashes->count; i++) {
        struct byte_range piece = piece_hashes_piece(hashes, i);

        REQUIRE(piece.offset == end && piece.length > 0);
        REQUIRE(piece.length == hashes->piece_size || i + 1 == hashes->count);
        end += piece.length;
    }
    REQUIRE(end == hashes->content_length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    struct piece_hash_info info;
    struct piece_hashes hashes;

    if (!zero || piece_hash_info_read((const char *)data, &info) != ODO_OK) {
        return 0;
    }
    size -= (size_t)(zero + 1 - data);
    if (piece_hashes_read(zero + 1, size, &info, ODO_SIZE_UNKNOWN, &hashes) == ODO_OK) {
        check_pieces(&hashes);
        piece_hashes_free(&hashes);
    }
    piece_hash_info_free(&info);
    return 0;
}
