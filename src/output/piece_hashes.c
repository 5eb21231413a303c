#include "output/piece_hashes.h"

#include "base/base64.h"
#include "base/memory.h"
#include "base/text.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <string.h>

/* The largest integer range that a double represents exactly; no file is larger. */
#define WHOLE_NUMBER_MOST 9007199254740992.0

/* --- JSON ----------------------------------------------------------------------------- */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/*
 * Parsed values take far more memory than their text when they are short. A hash has 44
 * characters, so a text with a value every few bytes cannot be a piece hash file.
 */
static bool is_plausible(const char *text, size_t size)
{
    size_t values = 0;

    for (size_t i = 0; i < size; i++) {
        values += text[i] == ',' || text[i] == '[' || text[i] == '{';
    }
    return values <= size / 16 + 64;
}

/* Parse a text that consists of one object; NULL otherwise. */
static cJSON *parse_object(const char *text, size_t size)
{
    const char *end = NULL;
    cJSON *object;

    if (!is_plausible(text, size)) {
        return NULL;
    }
    object = cJSON_ParseWithLengthOpts(text, size, &end, false);
    while (object && end < text + size && is_blank(*end)) {
        end++;
    }
    if (object && (!cJSON_IsObject(object) || end != text + size)) {
        cJSON_Delete(object);
        return NULL;
    }
    return object;
}

static const char *text_in(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static bool read_number(const cJSON *object, const char *key, uint64_t *number_out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    /* Check the bounds before converting. */
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
        item->valuedouble > WHOLE_NUMBER_MOST ||
        (double)(uint64_t)item->valuedouble < item->valuedouble) {
        return false;
    }
    *number_out = (uint64_t)item->valuedouble;
    return true;
}

static bool read_hash(const cJSON *object, const char *key, unsigned char hash_out[SHA256_SIZE])
{
    const char *text = text_in(object, key);

    return text && base64_decode(text, hash_out, SHA256_SIZE);
}

/* --- The client's info ---------------------------------------------------------------- */

static bool algorithm_is_known(const cJSON *object)
{
    const cJSON *item =
        cJSON_GetObjectItemCaseSensitive(object, "PiecesHashFileDigestAlgorithm");
    const char *name = cJSON_GetStringValue(item);

    return !item || (name && (text_equals_ignoring_case(name, "SHA256") ||
                              text_equals_ignoring_case(name, "SHA-256")));
}

enum odo_status piece_hash_info_read(const char *text, struct piece_hash_info *info_out)
{
    struct piece_hash_info info = {.url = NULL};
    size_t size = strlen(text);
    cJSON *object = size <= PIECE_HASHES_INFO_MOST ? parse_object(text, size) : NULL;
    const char *url = text_in(object, "PiecesHashFileUrl");
    enum odo_status status = ODO_OK;

    if (!url || !text_in(object, "HashOfHashes")) {
        status = ODO_E_INVALID_ARGUMENT;
        goto done;
    }
    info.url = text_copy(url);
    if (!info.url) {
        status = ODO_E_OUT_OF_MEMORY;
        goto done;
    }
    info.hash_of_hashes_is_good = read_hash(object, "HashOfHashes", info.hash_of_hashes);
    info.has_digest = cJSON_HasObjectItem(object, "PiecesHashFileDigest");
    info.digest_is_good =
        read_hash(object, "PiecesHashFileDigest", info.digest) && algorithm_is_known(object);
    *info_out = info;

done:
    cJSON_Delete(object);
    return status;
}

void piece_hash_info_free(struct piece_hash_info *info)
{
    memory_free(info->url);
    *info = (struct piece_hash_info){.url = NULL};
}

/* --- The piece hash file -------------------------------------------------------------- */

static enum odo_status check_digest(const void *data, size_t size,
                                    const struct piece_hash_info *info)
{
    unsigned char digest[SHA256_SIZE];
    enum odo_status status;

    if (!info->has_digest) {
        return ODO_OK;
    }
    if (!info->digest_is_good) {
        return ODO_E_METAINFO_DIGEST_MATCH;
    }
    status = platform_hash_of(data, size, digest);
    if (status == ODO_OK && memcmp(digest, info->digest, sizeof(digest)) != 0) {
        status = ODO_E_METAINFO_DIGEST_MATCH;
    }
    return status;
}

static enum odo_status check_version(const cJSON *object)
{
    uint64_t major = 0;
    uint64_t minor = 0;

    return read_number(object, "MajorVersion", &major) &&
                   read_number(object, "MinorVersion", &minor) && major == 1 && minor <= 1
               ? ODO_OK
               : ODO_E_METAINFO_VERSION;
}

static enum odo_status check_stated_hash(const cJSON *object,
                                         const struct piece_hash_info *info)
{
    unsigned char stated[SHA256_SIZE];

    if (!info->hash_of_hashes_is_good || !read_hash(object, "HashOfHashes", stated)) {
        return ODO_E_METAINFO_PARSE_HOH;
    }
    return memcmp(stated, info->hash_of_hashes, sizeof(stated)) == 0 ? ODO_OK
                                                                     : ODO_E_METAINFO_HOH_MATCH;
}

static enum odo_status read_sizes(const cJSON *object, uint64_t file_size,
                                  struct piece_hashes *hashes)
{
    if (!read_number(object, "ContentLength", &hashes->content_length) ||
        (file_size != ODO_SIZE_UNKNOWN && file_size != hashes->content_length)) {
        return ODO_E_METAINFO_CONTENT_LENGTH;
    }
    if (!read_number(object, "PieceSize", &hashes->piece_size) || hashes->piece_size == 0) {
        return ODO_E_METAINFO_PIECE_SIZE;
    }
    return ODO_OK;
}

static enum odo_status read_pieces(const cJSON *object, struct piece_hashes *hashes)
{
    const cJSON *pieces = cJSON_GetObjectItemCaseSensitive(object, "Pieces");
    const cJSON *piece = NULL;
    uint64_t expected = hashes->content_length / hashes->piece_size +
                        (hashes->content_length % hashes->piece_size != 0);
    size_t count = 0;

    cJSON_ArrayForEach(piece, pieces)
    {
        count++;
    }
    if (!cJSON_IsArray(pieces) || count != expected) {
        return ODO_E_METAINFO_PARSE_PIECEHASHES;
    }
    if (count == 0) {
        return ODO_OK;
    }
    hashes->hashes = memory_allocate(count, SHA256_SIZE);
    if (!hashes->hashes) {
        return ODO_E_OUT_OF_MEMORY;
    }
    cJSON_ArrayForEach(piece, pieces)
    {
        const char *text = cJSON_GetStringValue(piece);

        if (!text ||
            !base64_decode(text, hashes->hashes + hashes->count * SHA256_SIZE, SHA256_SIZE)) {
            return ODO_E_METAINFO_PARSE_ONE_PIECEHASH;
        }
        hashes->count++;
    }
    return ODO_OK;
}

static enum odo_status check_hash_of_hashes(const struct piece_hashes *hashes,
                                            const struct piece_hash_info *info)
{
    unsigned char digest[SHA256_SIZE];
    const void *data = hashes->count > 0 ? (const void *)hashes->hashes : "";
    enum odo_status status = platform_hash_of(data, hashes->count * SHA256_SIZE, digest);

    if (status == ODO_OK && memcmp(digest, info->hash_of_hashes, sizeof(digest)) != 0) {
        status = ODO_E_METAINFO_HOH_FINAL_MATCH;
    }
    return status;
}

/*
 * A captive portal or proxy may answer with an HTML or XML page instead. No piece hash file
 * begins like one.
 */
static bool is_web_page(const char *text, size_t size)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    size_t i = 0;

    if (size >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
        i = 3;
    }
    while (i < size && is_blank(text[i])) {
        i++;
    }
    return i < size && text[i] == '<';
}

static enum odo_status name_the_portal(enum odo_status status)
{
    switch (status) {
    case ODO_E_METAINFO_DIGEST_MATCH:
        return ODO_E_METAINFO_DIGEST_PORTAL;
    case ODO_E_METAINFO_CONTENT:
        return ODO_E_METAINFO_CONTENT_PORTAL;
    default:
        return status;
    }
}

static enum odo_status read_file(const void *data, size_t size,
                                 const struct piece_hash_info *info, uint64_t file_size,
                                 struct piece_hashes *hashes_out)
{
    struct piece_hashes hashes = {.count = 0};
    cJSON *object = NULL;
    enum odo_status status;

    if (size == 0 || size > PIECE_HASHES_FILE_MOST) {
        return ODO_E_METAINFO_FILE_SIZE;
    }
    status = check_digest(data, size, info);
    if (status != ODO_OK) {
        return status;
    }
    object = parse_object(data, size);
    if (!object) {
        return ODO_E_METAINFO_CONTENT;
    }
    status = check_version(object);
    if (status == ODO_OK) {
        status = check_stated_hash(object, info);
    }
    if (status == ODO_OK) {
        status = read_sizes(object, file_size, &hashes);
    }
    if (status == ODO_OK) {
        status = read_pieces(object, &hashes);
    }
    if (status == ODO_OK) {
        status = check_hash_of_hashes(&hashes, info);
    }
    cJSON_Delete(object);
    if (status != ODO_OK) {
        piece_hashes_free(&hashes);
        return status;
    }
    *hashes_out = hashes;
    return ODO_OK;
}

enum odo_status piece_hashes_read(const void *data, size_t size,
                                  const struct piece_hash_info *info, uint64_t file_size,
                                  struct piece_hashes *hashes_out)
{
    enum odo_status status = read_file(data, size, info, file_size, hashes_out);

    return status != ODO_OK && is_web_page(data, size) ? name_the_portal(status) : status;
}

void piece_hashes_free(struct piece_hashes *hashes)
{
    memory_free(hashes->hashes);
    *hashes = (struct piece_hashes){.count = 0};
}

struct byte_range piece_hashes_piece(const struct piece_hashes *hashes, size_t index)
{
    uint64_t offset = index * hashes->piece_size;
    uint64_t left = hashes->content_length - offset;

    assert(index < hashes->count);
    return (struct byte_range){offset, left < hashes->piece_size ? left : hashes->piece_size};
}

bool piece_hashes_match(const struct piece_hashes *hashes, size_t index,
                        const unsigned char digest[SHA256_SIZE])
{
    return memcmp(hashes->hashes + index * SHA256_SIZE, digest, SHA256_SIZE) == 0;
}
