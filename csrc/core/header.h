/* One HTTP header, as signed and as sent. */
#ifndef REK_HEADER_H
#define REK_HEADER_H

#include "core/slice.h"

struct rek_header {
    struct rek_slice name;
    struct rek_slice value;
};

#endif
