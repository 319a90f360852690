#ifndef CPNG_H
#define CPNG_H

// For tests alone: they read with libpng what the package writes by itself.
#include <png.h>

#endif
