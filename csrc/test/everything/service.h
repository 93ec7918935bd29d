/* The made-up service, for whoever opens it. */
#ifndef EVERYTHING_SERVICE_H
#define EVERYTHING_SERVICE_H

#include "core/shape.h"

extern const struct rek_service everything_service;

#endif
