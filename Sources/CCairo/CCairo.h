#ifndef CCAIRO_H
#define CCAIRO_H

#include <cairo.h>
#include <cairo-pdf.h>
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

static inline cairo_surface_t *ccairo_pdf_surface(ccairo_bytes *bytes, double width, double height) {
  return cairo_pdf_surface_create_for_stream(ccairo_bytes_append, bytes, width, height);
}

// Up to three points of one part of a path.
typedef struct {
  double x1, y1, x2, y2, x3, y3;
} ccairo_corners;

// The next part of a path: 0 move, 1 line, 2 curve, 3 close, -1 at the end. `place` starts at 0.
static inline int ccairo_next(const cairo_path_t *path, int *place, ccairo_corners *corners) {
  if (*place >= path->num_data) return -1;
  const cairo_path_data_t *data = path->data + *place;
  *place += data->header.length;
  int points = data->header.length - 1;
  if (points > 0) { corners->x1 = data[1].point.x; corners->y1 = data[1].point.y; }
  if (points > 1) { corners->x2 = data[2].point.x; corners->y2 = data[2].point.y; }
  if (points > 2) { corners->x3 = data[3].point.x; corners->y3 = data[3].point.y; }
  switch (data->header.type) {
    case CAIRO_PATH_MOVE_TO: return 0;
    case CAIRO_PATH_LINE_TO: return 1;
    case CAIRO_PATH_CURVE_TO: return 2;
    default: return 3;
  }
}

#endif
