/*
 * Piece hash files of the files of content.h, and what a client says of them.
 *
 * No state; any thread. What cannot be done ends the program with a message.
 */
#ifndef SUPPORT_PIECE_HASH_FILE_H
#define SUPPORT_PIECE_HASH_FILE_H

#include <odo/types.h>

/*
 * The piece hash file of the `size` bytes of `seed`, as text, in one line:
 *
 *     {"MajorVersion":1,"MinorVersion":0,"ContentLength":10,"PieceSize":4,
 *      "HashOfHashes":"...","Pieces":["...","..."]}
 *
 * To be freed with free().
 */
char *piece_hash_file_make(uint64_t seed, uint64_t size, uint64_t piece_size);

/* What a client says: {"PiecesHashFileUrl":"...","HashOfHashes":"..."}. The same. */
char *piece_hash_file_info(const char *url, uint64_t seed, uint64_t size, uint64_t piece_size);

/* The first `old_text` in `text` replaced, in new memory; it must be there. The same. */
char *piece_hash_file_replace(const char *text, const char *old_text, const char *new_text);

#endif
