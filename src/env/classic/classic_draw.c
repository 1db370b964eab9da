// SPDX-License-Identifier: MIT
// Pictures of the classic-control tasks, with the sizes, shapes and colours by which Gymnasium's
// users know them; and of the maze.
//
// The camera's unit is a pixel of the class's own picture, so that lengths are those of Gymnasium;
// larger pictures are the same drawing seen closer.
// Workload: 0.5 to 1 ms a picture, most of it the copy into RGB. Owns nothing.
#include "draw/canvas.h"
#include "env/classic/classic.h"
#include "env/classic/classic_draw.h"

#include <math.h>

#define WHITE  0xFFFFFF
#define BLACK  0x000000
#define YELLOW 0xCCCC00

enum { WIDE = 600, FLAT = 400, SQUARE = 500 };

// What is a pixel wide in the class's own picture, and no less in smaller ones.
static double hair(const ppo_canvas *canvas)
{
    return fmax(1.0, 1.0 / ppo_canvas_scale(canvas));
}

// --- CartPole -----------------------------------------------------------------------------------

#define CART_SCALE  (WIDE / 4.8) // pixels of a metre: the cart may go 2.4 m to each side
#define CART_Y      100.0        // of the track
#define CART_WIDTH  50.0
#define CART_HEIGHT 30.0
#define POLE_WIDTH  10.0
#define AXLE_Y      (CART_Y + CART_HEIGHT / 4.0)

void ppo_cartpole_draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height)
{
    const ppo_cartpole *self = instance;
    const double x = self->x * CART_SCALE + WIDE / 2.0;
    double left, bottom, right, top;
    ppo_canvas canvas;
    ppo_canvas_open(&canvas, rgb, width, height, WHITE);
    ppo_canvas_look(&canvas, 0.0, 0.0, WIDE, FLAT);
    ppo_canvas_edges(&canvas, &left, &bottom, &right, &top);
    ppo_canvas_box(&canvas, left, CART_Y, right, CART_Y + hair(&canvas), PPO_FILL(BLACK));
    ppo_canvas_box(&canvas, x - CART_WIDTH / 2.0, CART_Y - CART_HEIGHT / 2.0, x + CART_WIDTH / 2.0,
                   CART_Y + CART_HEIGHT / 2.0, PPO_FILL(BLACK));
    ppo_canvas_push(&canvas, x, AXLE_Y, -self->theta); // theta grows with the clock
    ppo_canvas_box(&canvas, -POLE_WIDTH / 2.0, -POLE_WIDTH / 2.0, POLE_WIDTH / 2.0,
                   CART_SCALE - POLE_WIDTH / 2.0, PPO_FILL(0xCA9865));
    ppo_canvas_pop(&canvas);
    ppo_canvas_circle(&canvas, x, AXLE_Y, POLE_WIDTH / 2.0, PPO_FILL(0x8184CB));
    ppo_canvas_close(&canvas);
}

void ppo_cartpole_render(const void *instance, unsigned char *rgb)
{
    ppo_cartpole_draw(instance, rgb, WIDE, FLAT);
}

// --- Pendulum -----------------------------------------------------------------------------------

#define ARM_SCALE (SQUARE / 4.4) // pixels of a metre: arms reach 2 m, and there is a margin of 0.2

enum { ARC_POINTS = 49 };

// An arrow around the axle that shows which way the torque turns and, by its size, how strong it
// is: drawn for 2 N m against the clock, then shrunk and mirrored.
static void draw_torque(ppo_canvas *canvas, double torque)
{
    const double size = 0.42 * ARM_SCALE * fabs(torque) / 2.0, turn = torque > 0.0 ? 1.0 : -1.0;
    const double begin = -0.35 * M_PI, end = 1.05 * M_PI; // from the right below to the left
    const double line = fmax(0.11 * size, 0.5 * hair(canvas));
    ppo_point arc[ARC_POINTS], head[3];
    if (size < 1.0)
        return;
    for (int i = 0; i < ARC_POINTS; i++) {
        const double angle = begin + (end - begin) * i / (ARC_POINTS - 1);
        arc[i] = (ppo_point){turn * size * cos(angle), size * sin(angle)};
    }
    for (int i = 0; i < 3; i++) { // its tip lies further on along the circle
        const double angle = end + (i == 1 ? 0.17 * M_PI : 0.0), radius = 1.0 + 0.21 * (i - 1);
        head[i] = (ppo_point){turn * size * radius * cos(angle), size * radius * sin(angle)};
    }
    ppo_canvas_curve(canvas, arc, ARC_POINTS, line, BLACK, false);
    ppo_canvas_polygon(canvas, head, 3, PPO_FILL(BLACK));
}

void ppo_pendulum_draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height)
{
    const ppo_pendulum *self = instance;
    const double half = SQUARE / 2.0;
    ppo_canvas canvas;
    ppo_canvas_open(&canvas, rgb, width, height, WHITE);
    ppo_canvas_look(&canvas, -half, -half, half, half);
    ppo_canvas_push(&canvas, 0.0, 0.0, self->theta); // theta grows against the clock
    ppo_canvas_curve(&canvas, (const ppo_point[2]){{0.0, 0.0}, {0.0, ARM_SCALE}}, 2,
                     0.2 * ARM_SCALE, 0xCC4D4D, true);
    ppo_canvas_pop(&canvas);
    draw_torque(&canvas, self->torque);
    ppo_canvas_circle(&canvas, 0.0, 0.0, 0.05 * ARM_SCALE, PPO_FILL(BLACK));
    ppo_canvas_close(&canvas);
}

void ppo_pendulum_render(const void *instance, unsigned char *rgb)
{
    ppo_pendulum_draw(instance, rgb, SQUARE, SQUARE);
}

// --- Acrobot ------------------------------------------------------------------------------------

// A link that hangs down from (x, y), turned by `angle`.
static void draw_link(ppo_canvas *canvas, double x, double y, double angle)
{
    const double half = 0.1 * ARM_SCALE;
    ppo_canvas_push(canvas, x, y, angle);
    ppo_canvas_box(canvas, -half, -ARM_SCALE, half, 0.0, PPO_FILL(0x00CCCC));
    ppo_canvas_circle(canvas, 0.0, 0.0, half, PPO_FILL(YELLOW));
    ppo_canvas_pop(canvas);
}

void ppo_acrobot_draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height)
{
    const ppo_acrobot *self = instance;
    const double half = SQUARE / 2.0;
    double left, bottom, right, top;
    ppo_canvas canvas;
    ppo_canvas_open(&canvas, rgb, width, height, WHITE);
    ppo_canvas_look(&canvas, -half, -half, half, half);
    ppo_canvas_edges(&canvas, &left, &bottom, &right, &top);
    ppo_canvas_line(&canvas, left, ARM_SCALE, right, ARM_SCALE, hair(&canvas), BLACK);
    draw_link(&canvas, 0.0, 0.0, self->theta1);
    draw_link(&canvas, ARM_SCALE * sin(self->theta1), -ARM_SCALE * cos(self->theta1),
              self->theta1 + self->theta2);
    ppo_canvas_close(&canvas);
}

void ppo_acrobot_render(const void *instance, unsigned char *rgb)
{
    ppo_acrobot_draw(instance, rgb, SQUARE, SQUARE);
}

// --- MountainCar --------------------------------------------------------------------------------

#define HILL_LEFT   -1.2
#define HILL_RIGHT  0.6
#define HILL_SCALE  (WIDE / (HILL_RIGHT - HILL_LEFT))
#define CAR_WIDTH   40.0
#define CAR_HEIGHT  20.0
#define CLEARANCE   10.0 // of the car's body above the road
#define POLE_HEIGHT 50.0

enum { HILL_POINTS = 100 };

static double map_position(double position)
{
    return (position - HILL_LEFT) * HILL_SCALE;
}

static double road(double position)
{
    return (0.45 * sin(3.0 * position) + 0.55) * HILL_SCALE;
}

static void draw_road(ppo_canvas *canvas)
{
    ppo_point points[HILL_POINTS];
    for (int i = 0; i < HILL_POINTS; i++) {
        const double position = HILL_LEFT + (HILL_RIGHT - HILL_LEFT) * i / (HILL_POINTS - 1);
        points[i] = (ppo_point){map_position(position), road(position)};
    }
    ppo_canvas_curve(canvas, points, HILL_POINTS, 1.3 * hair(canvas), BLACK, false);
}

static void draw_car(ppo_canvas *canvas, double position)
{
    const double half = CAR_WIDTH / 2.0;
    ppo_canvas_push(canvas, map_position(position), road(position), 0.0);
    // Tilted by the cosine itself, as in Gymnasium, and lifted straight up.
    ppo_canvas_push(canvas, 0.0, CLEARANCE, cos(3.0 * position));
    ppo_canvas_box(canvas, -half, 0.0, half, CAR_HEIGHT, PPO_FILL(BLACK));
    for (int side = -1; side <= 1; side += 2)
        ppo_canvas_circle(canvas, side * CAR_WIDTH / 4.0, 0.0, CAR_HEIGHT / 2.5,
                          PPO_FILL(0x808080));
    ppo_canvas_pop(canvas);
    ppo_canvas_pop(canvas);
}

static void draw_flag(ppo_canvas *canvas, double goal)
{
    const double x = map_position(goal), foot = road(goal), top = foot + POLE_HEIGHT;
    const ppo_point cloth[3] = {{x, top}, {x, top - 10.0}, {x + 25.0, top - 5.0}};
    ppo_canvas_line(canvas, x, foot, x, top, hair(canvas), BLACK);
    ppo_canvas_polygon(canvas, cloth, 3, PPO_FILL(YELLOW));
}

static void draw_hill(double position, double goal, unsigned char *rgb, uint32_t width,
                      uint32_t height)
{
    ppo_canvas canvas;
    ppo_canvas_open(&canvas, rgb, width, height, WHITE);
    ppo_canvas_look(&canvas, 0.0, 0.0, WIDE, FLAT);
    draw_road(&canvas);
    draw_car(&canvas, position);
    draw_flag(&canvas, goal);
    ppo_canvas_close(&canvas);
}

void ppo_mountain_car_draw(const void *instance, unsigned char *rgb, uint32_t width,
                           uint32_t height)
{
    const ppo_mountain_car *self = instance;
    draw_hill(self->position, 0.5, rgb, width, height);
}

void ppo_mountain_car_render(const void *instance, unsigned char *rgb)
{
    ppo_mountain_car_draw(instance, rgb, WIDE, FLAT);
}

void ppo_mountain_car_continuous_draw(const void *instance, unsigned char *rgb, uint32_t width,
                                      uint32_t height)
{
    const ppo_mountain_car_continuous *self = instance;
    draw_hill(self->position, 0.45, rgb, width, height);
}

void ppo_mountain_car_continuous_render(const void *instance, unsigned char *rgb)
{
    ppo_mountain_car_continuous_draw(instance, rgb, WIDE, FLAT);
}

// --- TMaze --------------------------------------------------------------------------------------

#define CORRIDOR_LEFT 40.0
#define JUNCTION_X    520.0
#define CORRIDOR_Y    200.0 // of its middle
#define CORRIDOR_HALF 25.0  // of its width
#define ARM_LENGTH    130.0 // from the corridor's middle to an arm's end
#define WALKER_RADIUS 15.0
#define FLOOR         0xDDDDDD
#define SIGN          0x2E7D32

// An arrow towards an arm: up is left, as one who walks to the right has it.
static void draw_sign(ppo_canvas *canvas, double x, double y, double way)
{
    const ppo_point arrow[3] = {{x - 15.0, y}, {x + 15.0, y}, {x, y + way * 25.0}};
    ppo_canvas_polygon(canvas, arrow, 3, PPO_FILL(SIGN));
}

// The sign stays in the picture, beside the corridor: the walker sees it at the beginning alone.
void ppo_tmaze_draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height)
{
    const ppo_tmaze *self = instance;
    const double share = (double)self->place / self->traits->length;
    const double x =
        CORRIDOR_LEFT + CORRIDOR_HALF + share * (JUNCTION_X - CORRIDOR_LEFT - CORRIDOR_HALF);
    const double y = CORRIDOR_Y - (double)self->turn * (ARM_LENGTH - CORRIDOR_HALF);
    const double way = self->sign == 0 ? 1.0 : -1.0;
    ppo_canvas canvas;
    ppo_canvas_open(&canvas, rgb, width, height, WHITE);
    ppo_canvas_look(&canvas, 0.0, 0.0, WIDE, FLAT);
    ppo_canvas_box(&canvas, CORRIDOR_LEFT, CORRIDOR_Y - CORRIDOR_HALF, JUNCTION_X,
                   CORRIDOR_Y + CORRIDOR_HALF, PPO_FILL(FLOOR));
    ppo_canvas_box(&canvas, JUNCTION_X - CORRIDOR_HALF, CORRIDOR_Y - ARM_LENGTH,
                   JUNCTION_X + CORRIDOR_HALF, CORRIDOR_Y + ARM_LENGTH, PPO_FILL(FLOOR));
    draw_sign(&canvas, CORRIDOR_LEFT + CORRIDOR_HALF, CORRIDOR_Y + way * 2.0 * CORRIDOR_HALF, way);
    ppo_canvas_circle(&canvas, x, y, WALKER_RADIUS, PPO_FILL(BLACK));
    ppo_canvas_close(&canvas);
}

void ppo_tmaze_render(const void *instance, unsigned char *rgb)
{
    ppo_tmaze_draw(instance, rgb, WIDE, FLAT);
}
