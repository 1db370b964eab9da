// SPDX-License-Identifier: MIT
// What is done to bodies and hinges between steps, and asked of them.
#ifndef PPO_BODIES_BODY_H
#define PPO_BODIES_BODY_H

#include "bodies/world.h"

typedef struct ppo_pose {
    float x, y, angle; // of the origin; the angle in rad, counting turns
    float vx, vy, omega;
} ppo_pose;

// At the centre of mass until the next step ends: a force, a torque. At once: an impulse at a
// point. All of them wake the body.
void ppo_body_push(ppo_body *body, double force_x, double force_y);
void ppo_body_twist(ppo_body *body, double torque);
void ppo_body_kick(ppo_body *body, const double impulse[2], const double point[2]);

void ppo_body_pose(const ppo_body *body, ppo_pose *pose);

// Sets the motor and wakes both bodies.
void ppo_hinge_drive(ppo_world *world, int hinge, double speed, double torque);
float ppo_hinge_angle(const ppo_world *world, int hinge);
float ppo_hinge_speed(const ppo_world *world, int hinge);

// Brings a body's transform and corners to where its sweep ends.
void ppo_body_place(ppo_world *world, int body);

#endif
