#ifndef CPANGO_H
#define CPANGO_H

#include <hb.h>
#include <hb-ot.h>
#include <pango/pangocairo.h>

// GObject's own function takes an untyped pointer; these name what is released.
static inline void cpango_context_free(PangoContext *context) { g_object_unref(context); }
static inline void cpango_layout_free(PangoLayout *layout) { g_object_unref(layout); }
static inline void cpango_font_free(PangoFont *font) { g_object_unref(font); }

// The font of the first run of the first line; borrowed, NULL if there is none.
static inline PangoFont *cpango_first_font(PangoLayout *layout) {
  PangoLayoutLine *line = pango_layout_get_line_readonly(layout, 0);
  if (!line || !line->runs) return NULL;
  PangoGlyphItem *run = (PangoGlyphItem *)line->runs->data;
  return run->item->analysis.font;
}

// The version text of a font file (name table, entry 5) as UTF-8, cut to the buffer; returns its length.
static inline unsigned int cpango_font_version(PangoFont *font, char *buffer, unsigned int size) {
  hb_font_t *hb = pango_font_get_hb_font(font);
  if (!hb) return 0;
  hb_face_t *face = hb_font_get_face(hb);
  unsigned int length = size;
  hb_ot_name_get_utf8(face, HB_OT_NAME_ID_VERSION_STRING, hb_language_from_string("en", -1), &length, buffer);
  return length;
}

// Sets bytes [start, end) of a line in another size (Pango units) on a baseline that is higher by rise.
static inline void cpango_add_script(
    PangoAttrList *list, unsigned int start, unsigned int end, int size, int rise) {
  PangoAttribute *attributes[2] = {pango_attr_size_new_absolute(size), pango_attr_rise_new(rise)};
  for (int i = 0; i < 2; ++i) {
    attributes[i]->start_index = start;
    attributes[i]->end_index = end;
    pango_attr_list_insert(list, attributes[i]);
  }
}

#endif
