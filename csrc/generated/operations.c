#include "core/shape.h"

const struct rek_service rek_service = {.service_id = {"", 0}};
