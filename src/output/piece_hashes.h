/*
 * Piece hash files: what a publisher says of the pieces of a file, and how a client has named
 * that file.
 *
 * The client's info is a JSON object with PiecesHashFileUrl and HashOfHashes, and perhaps
 * PiecesHashFileDigest and PiecesHashFileDigestAlgorithm. The piece hash file is one with
 * MajorVersion, MinorVersion, ContentLength, PieceSize, HashOfHashes and Pieces. All hashes are
 * SHA-256 as base64; HashOfHashes is that of all the raw piece hashes, one after the other.
 *
 * Neither is trusted: sizes and counts are checked before anything is allocated for them. No
 * I/O; any thread.
 */
#ifndef ODO_OUTPUT_PIECE_HASHES_H
#define ODO_OUTPUT_PIECE_HASHES_H

#include "platform/hash.h"

struct piece_hash_info {
    char *url;                                 /* owned; of the piece hash file */
    unsigned char hash_of_hashes[SHA256_SIZE]; /* when it can be read */
    unsigned char digest[SHA256_SIZE];         /* of the whole piece hash file; the same */
    bool hash_of_hashes_is_good;
    bool has_digest;
    bool digest_is_good; /* and of an algorithm that is known */
};

struct piece_hashes {
    uint64_t content_length; /* of the file */
    uint64_t piece_size;     /* but of the last piece, which may be shorter; at least 1 */
    size_t count;
    unsigned char *hashes; /* owned; SHA256_SIZE bytes for each piece */
};

enum {
    PIECE_HASHES_FILE_MOST = 64 * 1024 * 1024, /* bytes of a piece hash file */
    PIECE_HASHES_INFO_MOST = 64 * 1024,        /* bytes of an info */
};

/*
 * Read what a client says. What it says badly, beyond the two keys that must be there, is met
 * when the piece hash file is read.
 *
 *   ODO_E_INVALID_ARGUMENT   no JSON object with the two texts, or too long
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status piece_hash_info_read(const char *text, struct piece_hash_info *info_out);
void piece_hash_info_free(struct piece_hash_info *info);

/*
 * Read a piece hash file and check it against what the client said, in this order. `file_size`
 * is that of the file when it is known, or ODO_SIZE_UNKNOWN.
 *
 *   ODO_E_METAINFO_FILE_SIZE             empty, or more than PIECE_HASHES_FILE_MOST
 *   ODO_E_METAINFO_DIGEST_MATCH          not the bytes that the client's digest is of
 *   ODO_E_METAINFO_CONTENT               no JSON object
 *   ODO_E_METAINFO_DIGEST_PORTAL         } the same two; it is a web page, as they come from
 *   ODO_E_METAINFO_CONTENT_PORTAL        } who wants a sign-in first
 *   ODO_E_METAINFO_VERSION               neither 1.0 nor 1.1
 *   ODO_E_METAINFO_PARSE_HOH             HashOfHashes, here or the client's, is no hash
 *   ODO_E_METAINFO_HOH_MATCH             it is not the client's
 *   ODO_E_METAINFO_CONTENT_LENGTH        no length, or not `file_size`
 *   ODO_E_METAINFO_PIECE_SIZE            no size
 *   ODO_E_METAINFO_PARSE_PIECEHASHES     no array of one entry for each piece
 *   ODO_E_METAINFO_PARSE_ONE_PIECEHASH   an entry is no hash
 *   ODO_E_METAINFO_HOH_FINAL_MATCH       the entries are not what HashOfHashes is of
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED
 */
enum odo_status piece_hashes_read(const void *data, size_t size,
                                  const struct piece_hash_info *info, uint64_t file_size,
                                  struct piece_hashes *hashes_out);
void piece_hashes_free(struct piece_hashes *hashes);

/* The bytes of a piece. */
struct byte_range piece_hashes_piece(const struct piece_hashes *hashes, size_t index);

bool piece_hashes_match(const struct piece_hashes *hashes, size_t index,
                        const unsigned char digest[SHA256_SIZE]);

#endif
