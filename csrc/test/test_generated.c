/* The generated tables hold what csrc/core/shape.h promises, and agree with the structs. */
#include "core/shape.h"
#include "services/rekognition/operations.h"
#include "services/rekognition/requests.h"
#include "services/rekognition/shapes.h"
#include "test/check.h"

static int compare(struct rek_slice a, struct rek_slice b)
{
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static void check_member(const struct rek_shape *shape, uint16_t i)
{
    const struct rek_member *member = &shape->members[i];
    if (!CHECK(member->shape != NULL))
        return;
    CHECK(member->name.len == strlen(member->name.data));
    CHECK(member->name_id < rekognition_service.member_name_count);
    CHECK(rek_slice_equal(member->name, rekognition_service.member_names[member->name_id]));
    CHECK(i == 0 || compare(shape->members[i - 1].name, member->name) < 0);
    if (shape->size == 0) {
        CHECK(member->offset == 0);
        return;
    }
    size_t end_before =
        i == 0 ? sizeof(uint64_t)
               : shape->members[i - 1].offset + rek_shape_storage(shape->members[i - 1].shape);
    CHECK(member->offset >= end_before);
    CHECK(member->offset + rek_shape_storage(member->shape) <= shape->size);
    CHECK(member->shape->type != REK_STRUCTURE || member->shape->size > 0);
}

static void check_shape(const struct rek_shape *shape)
{
    CHECK(shape->name[0] != '\0');
    CHECK(shape->member_count <= 64);
    CHECK((shape->value != NULL) == (shape->type == REK_LIST || shape->type == REK_MAP));
    CHECK((shape->key != NULL) == (shape->type == REK_MAP));
    CHECK(shape->type == REK_STRUCTURE || (shape->size == 0 && shape->member_count == 0));
    for (uint16_t i = 0; i < shape->member_count; i++)
        check_member(shape, i);
}

static void check_operations(void)
{
    for (size_t i = 0; i < rekognition_service.operation_count; i++) {
        const struct rek_operation *operation = &rekognition_service.operations[i];
        CHECK(i == 0 || compare(rekognition_service.operations[i - 1].name, operation->name) < 0);
        CHECK(operation->input->type == REK_STRUCTURE && operation->input->size > 0);
        CHECK(operation->output->type == REK_STRUCTURE);
    }
}

/* What AWS's API reference says of one operation. */
static void check_copy_project_version(void)
{
    const struct rek_operation *copy =
        &rekognition_operations[REKOGNITION_OPERATION_CopyProjectVersion];
    const struct rek_shape *input = copy->input;
    CHECK(rek_slice_equal(copy->method, REK_SLICE("copy_project_version")));
    CHECK(rek_slice_equal(rekognition_service.target_prefix, REK_SLICE("RekognitionService.")));
    CHECK(input == &rekognition_shapes[REKOGNITION_SHAPE_CopyProjectVersionRequest]);
    CHECK(input->size == sizeof(struct rekognition_copy_project_version_request));
    CHECK(input->member_count == 7);
    const struct rek_member *tags = &input->members[5];
    CHECK(rek_slice_equal(tags->name, REK_SLICE("Tags")));
    CHECK(tags->offset == offsetof(struct rekognition_copy_project_version_request, tags));
    CHECK(!tags->required && input->members[6].required);
    CHECK(tags->shape->type == REK_MAP && tags->shape->value->type == REK_STRING);
    CHECK(input->members[6].shape->has_min);
    CHECK(input->members[6].shape->min >= 1 && input->members[6].shape->min <= 1);
}

int main(void)
{
    CHECK(
        rek_slice_equal(rekognition_service.content_type, REK_SLICE("application/x-amz-json-1.1")));
    CHECK(rek_slice_equal(rekognition_service.api_version, REK_SLICE("2016-06-27")));
    CHECK(rekognition_service.operation_count == REKOGNITION_OPERATION_COUNT &&
          REKOGNITION_OPERATION_COUNT >= 75);
    for (int i = 0; i < REKOGNITION_SHAPE_COUNT; i++)
        check_shape(&rekognition_shapes[i]);
    check_operations();
    check_copy_project_version();
    CHECK(rekognition_shapes[REKOGNITION_SHAPE_LivenessImageBlob].sensitive);
    return check_result();
}
