#include <unicode/ucasemap.h>
#include <unicode/uspoof.h>

// ICU renames its functions by macro for each release (uspoof_open_72), which Swift cannot follow.
// Every function here gives 0 or null when ICU could not do it.

static inline USpoofChecker *cicu_spoof_open(int32_t checks, URestrictionLevel level) {
    UErrorCode status = U_ZERO_ERROR;
    USpoofChecker *checker = uspoof_open(&status);
    if (U_FAILURE(status)) return NULL;
    uspoof_setChecks(checker, checks, &status);
    uspoof_setRestrictionLevel(checker, level);
    if (U_SUCCESS(status)) return checker;
    uspoof_close(checker);
    return NULL;
}
static inline void cicu_spoof_close(USpoofChecker *checker) { uspoof_close(checker); }

// The checks that the text fails, or -1.
static inline int32_t cicu_spoof_check(const USpoofChecker *checker, const char *text, int32_t length) {
    UErrorCode status = U_ZERO_ERROR;
    const int32_t failed = uspoof_check2UTF8(checker, text, length, NULL, &status);
    return U_SUCCESS(status) ? failed : -1;
}

// The length of what was written, or -1, also when there was no room for it.
static inline int32_t cicu_spoof_skeleton(
    const USpoofChecker *checker, const char *text, int32_t length, char *into, int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    const int32_t written = uspoof_getSkeletonUTF8(checker, 0, text, length, into, capacity, &status);
    return U_SUCCESS(status) && written <= capacity ? written : -1;
}

static inline UCaseMap *cicu_case_open(void) {
    UErrorCode status = U_ZERO_ERROR;
    UCaseMap *map = ucasemap_open("", 0, &status);
    return U_SUCCESS(status) ? map : NULL;
}
static inline void cicu_case_close(UCaseMap *map) { ucasemap_close(map); }

// As cicu_spoof_skeleton.
static inline int32_t cicu_case_fold(
    const UCaseMap *map, const char *text, int32_t length, char *into, int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    const int32_t written = ucasemap_utf8FoldCase(map, into, capacity, text, length, &status);
    return U_SUCCESS(status) && written <= capacity ? written : -1;
}
