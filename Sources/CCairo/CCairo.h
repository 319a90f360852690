#ifndef CCAIRO_H
#define CCAIRO_H

#include <cairo.h>
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <stdlib.h>
#include <string.h>

// Growing memory that a Cairo surface writes its file into. Free `data` with ccairo_bytes_free.
typedef struct {
  unsigned char *data;
  size_t count;
  size_t capacity;
} ccairo_bytes;

static inline cairo_status_t ccairo_bytes_append(void *closure, const unsigned char *data, unsigned int length) {
  ccairo_bytes *bytes = (ccairo_bytes *)closure;
  if (bytes->count + length > bytes->capacity) {
    size_t capacity = bytes->capacity ? bytes->capacity : 65536;
    while (capacity < bytes->count + length) capacity *= 2;
    unsigned char *grown = (unsigned char *)realloc(bytes->data, capacity);
    if (!grown) return CAIRO_STATUS_NO_MEMORY;
    bytes->data = grown;
    bytes->capacity = capacity;
  }
  memcpy(bytes->data + bytes->count, data, length);
  bytes->count += length;
  return CAIRO_STATUS_SUCCESS;
}

static inline ccairo_bytes *ccairo_bytes_new(void) { return (ccairo_bytes *)calloc(1, sizeof(ccairo_bytes)); }

static inline void ccairo_bytes_free(ccairo_bytes *bytes) {
  if (!bytes) return;
  free(bytes->data);
  free(bytes);
}

static inline cairo_surface_t *ccairo_svg_surface(ccairo_bytes *bytes, double width, double height) {
  return cairo_svg_surface_create_for_stream(ccairo_bytes_append, bytes, width, height);
}

static inline cairo_surface_t *ccairo_pdf_surface(ccairo_bytes *bytes, double width, double height) {
  return cairo_pdf_surface_create_for_stream(ccairo_bytes_append, bytes, width, height);
}

#endif
