#ifndef CDEFLATE_H
#define CDEFLATE_H

#include <libdeflate.h>

// The version as a text of the compiler's, since the library tells none at run time.
static inline const char *cdeflate_version(void) { return LIBDEFLATE_VERSION_STRING; }

#endif
