// SPDX-License-Identifier: MIT
// Rigid bodies in a plane: what the tasks with legs and landers need of Box2D, as plain C. Static
// and dynamic bodies of edges and convex polygons, hinges with a motor and limits, contacts, rays.
//
// Workload: a world per episode with up to 250 bodies, a step of 8 to 30 us, ten rays a step. A
// world belongs to one thread at a time; different worlds to different threads. Numbers come in as
// doubles and are rounded to float once, where they enter the world, as Gymnasium's do.
// physics_box2d.cpp alone knows the library; physics_absent.c stands in where there is none.
#ifndef PPO_ENV_BOX2D_PHYSICS_H
#define PPO_ENV_BOX2D_PHYSICS_H

#include "ppo/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_world ppo_world; // owns its bodies and hinges
typedef struct ppo_body ppo_body;
typedef struct ppo_hinge ppo_hinge;

enum { PPO_PHYSICS_CORNERS = 8 }; // of a polygon, at most

// What a shape is made of. Two shapes collide if each one's category is in the other's mask.
typedef struct ppo_material {
    double density;
    double friction;
    uint16_t category;
    uint16_t mask;
} ppo_material;

typedef struct ppo_body_place {
    double x, y; // m
    double angle;
    bool is_dynamic;
} ppo_body_place;

// The angle between the bodies at creation counts as 0.
typedef struct ppo_hinge_traits {
    ppo_body *a, *b;
    double anchor_a[2], anchor_b[2]; // in each body's own coordinates
    double lower, upper;             // limits of the angle
    double motor_speed, motor_torque;
} ppo_hinge_traits;

typedef struct ppo_pose {
    float x, y, angle; // angle in rad, counting turns
    float vx, vy, omega;
} ppo_pose;

// A shape's corners in the world: two of an edge, or those of a polygon.
typedef struct ppo_outline {
    uint32_t num_corners;
    float corner[PPO_PHYSICS_CORNERS][2];
} ppo_outline;

// PPO_UNSUPPORTED with a sentence if there is no library that worlds are made by.
ppo_status ppo_physics_check(ppo_error *error);

ppo_status ppo_world_create(ppo_world **world, double gravity, ppo_error *error);
void ppo_world_destroy(ppo_world *world); // NULL: nothing
void ppo_world_step(ppo_world *world, double seconds, int velocity_rounds, int position_rounds);

// How far along the line from (x0, y0) to (x1, y1) the first shape of this category is: in [0, 1],
// and 1 if there is none.
float ppo_world_cast(const ppo_world *world, const double from[2], const double to[2],
                     uint16_t category);

ppo_body *ppo_world_add_body(ppo_world *world, const ppo_body_place *place);
void ppo_body_add_edge(ppo_body *body, const double corner[2][2], const ppo_material *material);
void ppo_body_add_polygon(ppo_body *body, const double (*corner)[2], int num_corners,
                          const ppo_material *material);
void ppo_body_add_box(ppo_body *body, double half_width, double half_height,
                      const ppo_material *material);
ppo_hinge *ppo_world_add_hinge(ppo_world *world, const ppo_hinge_traits *traits);

// At a body's centre of mass until the next step ends: a force, a torque. At once: an impulse at a
// point. All of them wake the body.
void ppo_body_push(ppo_body *body, double force_x, double force_y);
void ppo_body_twist(ppo_body *body, double torque);
void ppo_body_kick(ppo_body *body, const double impulse[2], const double point[2]);

void ppo_body_pose(const ppo_body *body, ppo_pose *pose);
bool ppo_body_is_awake(const ppo_body *body);
bool ppo_body_has_touched(const ppo_body *body); // anything, ever
bool ppo_body_touches(const ppo_body *body);     // a contact has begun and none has ended since

// The index-th shape in the order of their making; false past the last.
bool ppo_body_outline(const ppo_body *body, uint32_t index, ppo_outline *outline);

// Sets the motor and wakes both bodies.
void ppo_hinge_drive(ppo_hinge *hinge, double speed, double torque);
float ppo_hinge_angle(const ppo_hinge *hinge);
float ppo_hinge_speed(const ppo_hinge *hinge);

#ifdef __cplusplus
}
#endif

#endif
