#include "support/test.h"

#include "base/base64.h"
#include "output/piece_hashes.h"

#include <string.h>

/* --- Base64 --------------------------------------------------------------------------- */

static const struct base64_case {
    const char *name;
    const char *text;
    const char *data; /* NULL when it is refused */
    size_t size;
} base64_cases[] = {
    {"nothing is nothing", "", "", 0},
    {"one byte has two marks behind it", "Zg==", "f", 1},
    {"two bytes have one", "Zm8=", "fo", 2},
    {"three bytes have none", "Zm9v", "foo", 3},
    {"four bytes begin anew", "Zm9vYg==", "foob", 4},
    {"the last digits are read", "+/+/", "\xfb\xff\xbf", 3},
    {"another count of bytes is refused", "Zm9v", NULL, 2},
    {"a mark that is missing is refused", "Zm8", NULL, 2},
    {"a digit for a mark is refused", "Zm8v", NULL, 2},
    {"a mark for a digit is refused", "Zm9=", NULL, 3},
    {"a mark in the middle is refused", "Z=9v", NULL, 3},
    {"bits that belong to no byte are refused", "Zh==", NULL, 1},
    {"a blank is refused", "Zm 9", NULL, 3},
    {"an end of line is refused", "Zm9v\n", NULL, 3},
    {"the digits of addresses are refused", "-_-_", NULL, 3},
};

static void check_base64(void **state)
{
    const struct base64_case *test = *state;
    unsigned char data[8];
    bool accepted = base64_decode(test->text, data, test->size);

    assert_int_equal(accepted, test->data != NULL);
    if (test->data) {
        assert_memory_equal(data, test->data, test->size);
    }
}

/* --- The info ------------------------------------------------------------------------- */

#define HOH   "BPCvhyPJBTkMIQh3irBnWe4dZQBZCjsFd4OWdHiYAOY="
#define OTHER "2SmKENGwc1g33EvYXaxkGw887yekfl1TpU8vP1svz/o="
#define URL   "\"PiecesHashFileUrl\":\"http://host/hashes\""
#define INFO  "{" URL ",\"HashOfHashes\":\"" HOH "\"}"

static const struct info_case {
    const char *name;
    const char *text;
    enum odo_status status;
} info_cases[] = {
    {"an info is read", INFO, ODO_OK},
    {"blanks may stand around it", " \r\n" INFO "\t ", ODO_OK},
    {"what is not known is passed over", "{\"A\":[1]," URL ",\"HashOfHashes\":\"\"}", ODO_OK},
    {"no text is refused", "", ODO_E_INVALID_ARGUMENT},
    {"what is not JSON is refused", "junk", ODO_E_INVALID_ARGUMENT},
    {"an array is refused", "[" INFO "]", ODO_E_INVALID_ARGUMENT},
    {"anything behind is refused", INFO "x", ODO_E_INVALID_ARGUMENT},
    {"an info without an address is refused", "{\"HashOfHashes\":\"" HOH "\"}",
     ODO_E_INVALID_ARGUMENT},
    {"an info without a hash is refused", "{" URL "}", ODO_E_INVALID_ARGUMENT},
    {"a hash that is a number is refused", "{" URL ",\"HashOfHashes\":1}",
     ODO_E_INVALID_ARGUMENT},
};

static void check_info(void **state)
{
    const struct info_case *test = *state;
    struct piece_hash_info info = {.url = NULL};

    assert_status(piece_hash_info_read(test->text, &info), test->status);
    if (test->status == ODO_OK) {
        assert_string_equal(info.url, "http://host/hashes");
    }
    piece_hash_info_free(&info);
}

/* --- The file ------------------------------------------------------------------------- */

#define VERSION   "{\"MajorVersion\":1,\"MinorVersion\":0,"
#define SIZES     "\"ContentLength\":10,\"PieceSize\":4,"
#define STATED    "\"HashOfHashes\":\"" HOH "\","
#define FIRST     "3z9hmASpL9tAVxktxD3XSOp3itxSvEmM6AUkwBS4ERk="
#define SECOND    "J+zQpZjnb4ov0mTUJ98KEZkD6OrjhOR4kCVBdW8IndE="
#define THIRD     "u3K05Osp3FkyhmjzLgUR46wOXOQCaxWRllIW5Jyh9dc="
#define PIECES    "\"Pieces\":[\"" FIRST "\",\"" SECOND "\",\"" THIRD "\"]}"
#define FILE_TEXT VERSION SIZES STATED PIECES
#define DIGEST    "hP1YlJTOoemdUuX1WVeMo0POPURgziZGVz8a0EvvxHE=" /* of FILE_TEXT */
#define EMPTY     "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" /* of nothing */
#define WITH_DIGEST(digest)                                                                    \
    "{" URL ",\"HashOfHashes\":\"" HOH "\",\"PiecesHashFileDigest\":\"" digest "\"}"
#define WITH_ALGORITHM(name)                                                                   \
    "{" URL ",\"HashOfHashes\":\"" HOH "\",\"PiecesHashFileDigest\":\"" DIGEST                 \
    "\",\"PiecesHashFileDigestAlgorithm\":\"" name "\"}"

static const struct file_case {
    const char *name;
    const char *info;
    const char *text;
    uint64_t file_size;
    enum odo_status status;
} file_cases[] = {
    {"a good file is read", INFO, FILE_TEXT, ODO_SIZE_UNKNOWN, ODO_OK},
    {"the size that is known may be its own", INFO, FILE_TEXT, 10, ODO_OK},
    {"minor version 1 is read", INFO,
     "{\"MajorVersion\":1,\"MinorVersion\":1," SIZES STATED PIECES, 10, ODO_OK},
    {"a digest that matches is fine", WITH_DIGEST(DIGEST), FILE_TEXT, 10, ODO_OK},
    {"its algorithm may be said", WITH_ALGORITHM("SHA256"), FILE_TEXT, 10, ODO_OK},
    {"a file of nothing has no pieces", "{" URL ",\"HashOfHashes\":\"" EMPTY "\"}",
     VERSION "\"ContentLength\":0,\"PieceSize\":4,\"HashOfHashes\":\"" EMPTY
             "\",\"Pieces\":[]}",
     0, ODO_OK},

    {"no bytes are refused", INFO, "", 10, ODO_E_METAINFO_FILE_SIZE},
    {"another digest is refused", WITH_DIGEST(OTHER), FILE_TEXT, 10,
     ODO_E_METAINFO_DIGEST_MATCH},
    {"a digest that cannot be read is refused", WITH_DIGEST("x"), FILE_TEXT, 10,
     ODO_E_METAINFO_DIGEST_MATCH},
    {"a digest of an unknown algorithm is refused", WITH_ALGORITHM("MD5"), FILE_TEXT, 10,
     ODO_E_METAINFO_DIGEST_MATCH},
    {"the digest comes before the content", WITH_DIGEST(OTHER), "junk", 10,
     ODO_E_METAINFO_DIGEST_MATCH},
    {"what is not JSON is refused", INFO, "junk", 10, ODO_E_METAINFO_CONTENT},
    {"a web page instead of JSON is a portal's", INFO, "\r\n <!doctype html>\n", 10,
     ODO_E_METAINFO_CONTENT_PORTAL},
    {"so is one behind a byte order mark", INFO, "\xEF\xBB\xBF<html>", 10,
     ODO_E_METAINFO_CONTENT_PORTAL},
    {"a web page instead of what a digest is of is a portal's", WITH_DIGEST(DIGEST), "<html>",
     10, ODO_E_METAINFO_DIGEST_PORTAL},
    {"text with a tag in it is no page", INFO, "junk <html>", 10, ODO_E_METAINFO_CONTENT},
    {"an array is refused", INFO, "[1]", 10, ODO_E_METAINFO_CONTENT},
    {"a file that was cut off is refused", INFO, VERSION SIZES STATED, 10,
     ODO_E_METAINFO_CONTENT},
    {"major version 2 is refused", INFO,
     "{\"MajorVersion\":2,\"MinorVersion\":0," SIZES STATED PIECES, 10, ODO_E_METAINFO_VERSION},
    {"minor version 2 is refused", INFO,
     "{\"MajorVersion\":1,\"MinorVersion\":2," SIZES STATED PIECES, 10, ODO_E_METAINFO_VERSION},
    {"no version is refused", INFO, "{" SIZES STATED PIECES, 10, ODO_E_METAINFO_VERSION},
    {"no stated hash is refused", INFO, VERSION SIZES PIECES, 10, ODO_E_METAINFO_PARSE_HOH},
    {"a stated hash that is none is refused", INFO,
     VERSION SIZES "\"HashOfHashes\":\"x\"," PIECES, 10, ODO_E_METAINFO_PARSE_HOH},
    {"so is the client's", "{" URL ",\"HashOfHashes\":\"x\"}", FILE_TEXT, 10,
     ODO_E_METAINFO_PARSE_HOH},
    {"another stated hash than the client's is refused",
     "{" URL ",\"HashOfHashes\":\"" OTHER "\"}", FILE_TEXT, 10, ODO_E_METAINFO_HOH_MATCH},
    {"no length is refused", INFO, VERSION "\"PieceSize\":4," STATED PIECES, 10,
     ODO_E_METAINFO_CONTENT_LENGTH},
    {"a length that is text is refused", INFO,
     VERSION "\"ContentLength\":\"10\",\"PieceSize\":4," STATED PIECES, 10,
     ODO_E_METAINFO_CONTENT_LENGTH},
    {"a length below nothing is refused", INFO,
     VERSION "\"ContentLength\":-1,\"PieceSize\":4," STATED PIECES, ODO_SIZE_UNKNOWN,
     ODO_E_METAINFO_CONTENT_LENGTH},
    {"a length beyond all files is refused", INFO,
     VERSION "\"ContentLength\":1e300,\"PieceSize\":4," STATED PIECES, ODO_SIZE_UNKNOWN,
     ODO_E_METAINFO_CONTENT_LENGTH},
    {"a length with a fraction is refused", INFO,
     VERSION "\"ContentLength\":9.5,\"PieceSize\":4," STATED PIECES, ODO_SIZE_UNKNOWN,
     ODO_E_METAINFO_CONTENT_LENGTH},
    {"another length than the file's is refused", INFO, FILE_TEXT, 11,
     ODO_E_METAINFO_CONTENT_LENGTH},
    {"no piece size is refused", INFO, VERSION "\"ContentLength\":10," STATED PIECES, 10,
     ODO_E_METAINFO_PIECE_SIZE},
    {"pieces of nothing are refused", INFO,
     VERSION "\"ContentLength\":10,\"PieceSize\":0," STATED PIECES, 10,
     ODO_E_METAINFO_PIECE_SIZE},
    {"no pieces are refused", INFO, VERSION SIZES "\"HashOfHashes\":\"" HOH "\"}", 10,
     ODO_E_METAINFO_PARSE_PIECEHASHES},
    {"pieces that are an object are refused", INFO,
     VERSION SIZES STATED "\"Pieces\":{\"a\":1,\"b\":2,\"c\":3}}", 10,
     ODO_E_METAINFO_PARSE_PIECEHASHES},
    {"too few pieces are refused", INFO, VERSION SIZES STATED "\"Pieces\":[\"" FIRST "\"]}", 10,
     ODO_E_METAINFO_PARSE_PIECEHASHES},
    {"too many pieces are refused", INFO,
     VERSION "\"ContentLength\":8,\"PieceSize\":4," STATED PIECES, 8,
     ODO_E_METAINFO_PARSE_PIECEHASHES},
    {"a piece that is a number is refused", INFO,
     VERSION SIZES STATED "\"Pieces\":[\"" FIRST "\",1,\"" THIRD "\"]}", 10,
     ODO_E_METAINFO_PARSE_ONE_PIECEHASH},
    {"a piece that is no hash is refused", INFO,
     VERSION SIZES STATED "\"Pieces\":[\"" FIRST "\",\"Zg==\",\"" THIRD "\"]}", 10,
     ODO_E_METAINFO_PARSE_ONE_PIECEHASH},
    {"another piece than was hashed is refused", INFO,
     VERSION SIZES STATED "\"Pieces\":[\"" FIRST "\",\"" OTHER "\",\"" THIRD "\"]}", 10,
     ODO_E_METAINFO_HOH_FINAL_MATCH},
};

static void check_file(void **state)
{
    const struct file_case *test = *state;
    struct piece_hash_info info;
    struct piece_hashes hashes = {.count = 0};

    assert_status(piece_hash_info_read(test->info, &info), ODO_OK);
    assert_status(
        piece_hashes_read(test->text, strlen(test->text), &info, test->file_size, &hashes),
        test->status);
    piece_hashes_free(&hashes);
    piece_hash_info_free(&info);
}

static void pieces_make_up_the_file(void **state)
{
    const unsigned char bytes[] = {0, 0, 0, 0, 1, 1, 1, 1};
    unsigned char digest[SHA256_SIZE];
    struct piece_hash_info info;
    struct piece_hashes hashes;

    (void)state;
    assert_status(piece_hash_info_read(INFO, &info), ODO_OK);
    assert_status(piece_hashes_read(FILE_TEXT, strlen(FILE_TEXT), &info, 10, &hashes), ODO_OK);
    assert_int_equal(hashes.count, 3);
    assert_int_equal(piece_hashes_piece(&hashes, 1).offset, 4);
    assert_int_equal(piece_hashes_piece(&hashes, 1).length, 4);
    assert_int_equal(piece_hashes_piece(&hashes, 2).offset, 8);
    assert_int_equal(piece_hashes_piece(&hashes, 2).length, 2);
    assert_status(platform_hash_of(bytes + 4, 4, digest), ODO_OK);
    assert_true(piece_hashes_match(&hashes, 1, digest));
    assert_false(piece_hashes_match(&hashes, 0, digest));
    piece_hashes_free(&hashes);
    piece_hash_info_free(&info);
}

/* A hash that is fed in parts, twice over. */
static void hash_begins_anew(void **state)
{
    unsigned char expected[SHA256_SIZE];
    unsigned char digest[SHA256_SIZE];
    struct platform_hash *hash = NULL;

    (void)state;
    assert_true(base64_decode(EMPTY, expected, sizeof(expected)));
    assert_status(platform_hash_begin(&hash), ODO_OK);
    assert_status(platform_hash_add(hash, "oth", 3), ODO_OK);
    assert_status(platform_hash_add(hash, "er", 2), ODO_OK);
    assert_status(platform_hash_end(hash, digest), ODO_OK);
    assert_status(platform_hash_end(hash, digest), ODO_OK);
    assert_memory_equal(digest, expected, sizeof(expected));
    assert_status(platform_hash_add(hash, "other", 5), ODO_OK);
    assert_status(platform_hash_end(hash, digest), ODO_OK);
    assert_true(base64_decode(OTHER, expected, sizeof(expected)));
    assert_memory_equal(digest, expected, sizeof(expected));
    platform_hash_free(hash);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, base64_cases, check_base64);
    TEST_ADD_TABLE(&suite, info_cases, check_info);
    TEST_ADD_TABLE(&suite, file_cases, check_file);
    TEST_ADD(&suite, pieces_make_up_the_file);
    TEST_ADD(&suite, hash_begins_anew);
    return test_suite_run(&suite, "piece_hashes");
}
