#ifndef CPNG_H
#define CPNG_H

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// The encoded file. Free `data` with free().
typedef struct {
  unsigned char *data;
  size_t count;
  size_t capacity;
} cpng_bytes;

static inline void cpng_append(png_structp png, png_bytep data, png_size_t length) {
  cpng_bytes *bytes = (cpng_bytes *)png_get_io_ptr(png);
  if (bytes->count + length > bytes->capacity) {
    size_t capacity = bytes->capacity ? bytes->capacity : 262144;
    while (capacity < bytes->count + length) capacity *= 2;
    unsigned char *grown = (unsigned char *)realloc(bytes->data, capacity);
    if (!grown) png_error(png, "out of memory");
    bytes->data = grown;
    bytes->capacity = capacity;
  }
  memcpy(bytes->data + bytes->count, data, length);
  bytes->count += length;
}

static inline void cpng_flush(png_structp png) { (void)png; }
static inline void cpng_warning(png_structp png, png_const_charp message) { (void)png; (void)message; }

// Encodes Cairo's RGB24 rows (32-bit words, little-endian: blue, green, red, unused) as a PNG of opaque 8-bit RGB with a pHYs chunk.
// Drawings are runs of one colour and rows that repeat the row above: the Up filter with zlib's run-length strategy is fast and small on them.
// libpng reports errors by longjmp, which Swift cannot host: everything happens in here. Returns 0 on failure.
static inline int cpng_write(
    const unsigned char *pixels, size_t stride, unsigned int width, unsigned int height, unsigned int pixels_per_metre,
    cpng_bytes *out) {
  out->data = NULL;
  out->count = 0;
  out->capacity = 0;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, cpng_warning);
  if (!png) return 0;
  png_infop info = png_create_info_struct(png);
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    free(out->data);
    out->data = NULL;
    out->count = 0;
    return 0;
  }
  png_set_write_fn(png, out, cpng_append, cpng_flush);
  png_set_IHDR(
      png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
      PNG_FILTER_TYPE_DEFAULT);
  png_set_pHYs(png, info, pixels_per_metre, pixels_per_metre, PNG_RESOLUTION_METER);
  png_set_compression_level(png, 1);
  png_set_compression_strategy(png, 3 /* Z_RLE */);
  png_set_compression_buffer_size(png, 65536);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
  png_write_info(png, info);
  png_set_bgr(png);
  png_set_filler(png, 0, PNG_FILLER_AFTER);
  for (unsigned int y = 0; y < height; y++) png_write_row(png, (png_const_bytep)(pixels + y * stride));
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return 1;
}

#endif
