// SPDX-License-Identifier: MIT
// physics.h by Box2D 2.4, and the only file that knows it. A ppo_body is a b2Body, a ppo_hinge a
// b2RevoluteJoint, under other names; what has touched a body is kept in its user data.
//
// Workload: see physics.h; this file adds nanoseconds. Nothing here throws: memory comes from
// malloc, and what Box2D takes itself it takes without looking, so that without memory it ends the
// process.
#include "env/box2d/physics.h"

#include <cstdlib>
#include <new>

#include <box2d/box2d.h>
#include <pthread.h>

extern "C" {
#include "core/error.h"
}

namespace
{

constexpr uintptr_t touches_bit = 1; // see ppo_body_touches
constexpr uintptr_t touched_bit = 2; // see ppo_body_has_touched

class listener final : public b2ContactListener
{
  public:
    void BeginContact(b2Contact *contact) override
    {
        contact->GetFixtureA()->GetBody()->GetUserData().pointer |= touches_bit | touched_bit;
        contact->GetFixtureB()->GetBody()->GetUserData().pointer |= touches_bit | touched_bit;
    }

    void EndContact(b2Contact *contact) override
    {
        contact->GetFixtureA()->GetBody()->GetUserData().pointer &= ~touches_bit;
        contact->GetFixtureB()->GetBody()->GetUserData().pointer &= ~touches_bit;
    }
};

// The nearest shape of a category along a ray. b2World::RayCast would measure the distance of every
// shape before it asks whether it counts; all of a walker's own are in the way of its rays.
class nearest final
{
  public:
    nearest(const b2World *world, uint16_t wanted)
        : shapes(world->GetContactManager().m_broadPhase), category(wanted)
    {
    }

    float along(const b2Vec2 &from, const b2Vec2 &to)
    {
        shapes.RayCast(this, b2RayCastInput{from, to, fraction});
        return fraction;
    }

    // For b2BroadPhase: how far along the ray to look from now on; below 0 for as far as before.
    float RayCastCallback(const b2RayCastInput &ray, int32 id)
    {
        const auto *proxy = static_cast<const b2FixtureProxy *>(shapes.GetUserData(id));
        b2RayCastOutput hit;
        if (!(proxy->fixture->GetFilterData().categoryBits & category) ||
            !proxy->fixture->RayCast(&hit, ray, proxy->childIndex))
            return -1.0f;
        return fraction = hit.fraction;
    }

  private:
    const b2BroadPhase &shapes;
    uint16_t category;
    float fraction = 1.0f;
};

b2Vec2 vector(const double v[2])
{
    return b2Vec2(static_cast<float>(v[0]), static_cast<float>(v[1]));
}

b2Body *of(ppo_body *body)
{
    return reinterpret_cast<b2Body *>(body);
}

// Box2D's getters of user data and fixtures are not const.
b2Body *of(const ppo_body *body)
{
    return reinterpret_cast<b2Body *>(const_cast<ppo_body *>(body));
}

b2RevoluteJoint *of(ppo_hinge *hinge)
{
    return reinterpret_cast<b2RevoluteJoint *>(hinge);
}

const b2RevoluteJoint *of(const ppo_hinge *hinge)
{
    return reinterpret_cast<const b2RevoluteJoint *>(hinge);
}

b2World *new_world(void *memory, double gravity)
{
    return new (memory) b2World(b2Vec2(0.0f, static_cast<float>(gravity)));
}

// Box2D fills a table of its own at a process's first contact, without looking whether another
// thread is about to do the same. So the first contact is made here, once.
void make_first_contact()
{
    void *memory = std::malloc(sizeof(b2World));
    if (!memory)
        return;
    b2World *world = new_world(memory, 0.0);
    b2BodyDef body;
    b2PolygonShape box;
    box.SetAsBox(1.0f, 1.0f);
    world->CreateBody(&body)->CreateFixture(&box, 1.0f);
    body.type = b2_dynamicBody;
    world->CreateBody(&body)->CreateFixture(&box, 1.0f);
    world->Step(0.01f, 1, 1);
    world->~b2World();
    std::free(memory);
}

pthread_once_t first_contact = PTHREAD_ONCE_INIT;

void add_shape(ppo_body *body, const b2Shape *shape, const ppo_material *material)
{
    b2FixtureDef fixture;
    fixture.shape = shape;
    fixture.density = static_cast<float>(material->density);
    fixture.friction = static_cast<float>(material->friction);
    fixture.restitution = 0.0f;
    fixture.filter.categoryBits = material->category;
    fixture.filter.maskBits = material->mask;
    of(body)->CreateFixture(&fixture);
}

// As Box2D 2.3's setters do, whose 2.4 successors wake bodies only where the motor changes.
void wake(b2Body *body)
{
    if (!body->IsAwake())
        body->SetAwake(true);
}

} // namespace

struct ppo_world {
    b2World *box2d; // in `memory`
    listener contacts;
    alignas(b2World) unsigned char memory[sizeof(b2World)];
};

ppo_status ppo_physics_check(ppo_error * /*error*/)
{
    return PPO_OK;
}

ppo_status ppo_world_create(ppo_world **world, double gravity, ppo_error *error)
{
    pthread_once(&first_contact, make_first_contact);
    void *memory = std::malloc(sizeof(ppo_world));
    *world = nullptr;
    if (!memory)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a world of Box2D");
    *world = new (memory) ppo_world;
    (*world)->box2d = new_world((*world)->memory, gravity);
    (*world)->box2d->SetContactListener(&(*world)->contacts);
    return PPO_OK;
}

void ppo_world_destroy(ppo_world *world)
{
    if (!world)
        return;
    world->box2d->~b2World();
    world->~ppo_world();
    std::free(world);
}

void ppo_world_step(ppo_world *world, double seconds, int velocity_rounds, int position_rounds)
{
    world->box2d->Step(static_cast<float>(seconds), velocity_rounds, position_rounds);
}

float ppo_world_cast(const ppo_world *world, const double from[2], const double to[2],
                     uint16_t category)
{
    return nearest(world->box2d, category).along(vector(from), vector(to));
}

ppo_body *ppo_world_add_body(ppo_world *world, const ppo_body_place *place)
{
    b2BodyDef body;
    body.type = place->is_dynamic ? b2_dynamicBody : b2_staticBody;
    body.position.Set(static_cast<float>(place->x), static_cast<float>(place->y));
    body.angle = static_cast<float>(place->angle);
    return reinterpret_cast<ppo_body *>(world->box2d->CreateBody(&body));
}

void ppo_body_add_edge(ppo_body *body, const double corner[2][2], const ppo_material *material)
{
    b2EdgeShape edge;
    edge.SetTwoSided(vector(corner[0]), vector(corner[1]));
    add_shape(body, &edge, material);
}

void ppo_body_add_polygon(ppo_body *body, const double (*corner)[2], int num_corners,
                          const ppo_material *material)
{
    b2Vec2 points[b2_maxPolygonVertices];
    b2PolygonShape polygon;
    for (int i = 0; i < num_corners; i++)
        points[i] = vector(corner[i]);
    polygon.Set(points, num_corners);
    add_shape(body, &polygon, material);
}

void ppo_body_add_box(ppo_body *body, double half_width, double half_height,
                      const ppo_material *material)
{
    b2PolygonShape box;
    box.SetAsBox(static_cast<float>(half_width), static_cast<float>(half_height));
    add_shape(body, &box, material);
}

ppo_hinge *ppo_world_add_hinge(ppo_world *world, const ppo_hinge_traits *traits)
{
    b2RevoluteJointDef joint;
    joint.bodyA = of(traits->a);
    joint.bodyB = of(traits->b);
    joint.localAnchorA = vector(traits->anchor_a);
    joint.localAnchorB = vector(traits->anchor_b);
    joint.referenceAngle = joint.bodyB->GetAngle() - joint.bodyA->GetAngle();
    joint.enableLimit = true;
    joint.lowerAngle = static_cast<float>(traits->lower);
    joint.upperAngle = static_cast<float>(traits->upper);
    joint.enableMotor = true;
    joint.motorSpeed = static_cast<float>(traits->motor_speed);
    joint.maxMotorTorque = static_cast<float>(traits->motor_torque);
    return reinterpret_cast<ppo_hinge *>(
        static_cast<b2RevoluteJoint *>(world->box2d->CreateJoint(&joint)));
}

void ppo_body_push(ppo_body *body, double force_x, double force_y)
{
    const double force[2] = {force_x, force_y};
    of(body)->ApplyForceToCenter(vector(force), true);
}

void ppo_body_twist(ppo_body *body, double torque)
{
    of(body)->ApplyTorque(static_cast<float>(torque), true);
}

void ppo_body_kick(ppo_body *body, const double impulse[2], const double point[2])
{
    of(body)->ApplyLinearImpulse(vector(impulse), vector(point), true);
}

void ppo_body_pose(const ppo_body *body, ppo_pose *pose)
{
    const b2Body *b = of(body);
    const b2Vec2 &at = b->GetPosition(), &velocity = b->GetLinearVelocity();
    *pose = ppo_pose{at.x, at.y, b->GetAngle(), velocity.x, velocity.y, b->GetAngularVelocity()};
}

bool ppo_body_is_awake(const ppo_body *body)
{
    return of(body)->IsAwake();
}

bool ppo_body_has_touched(const ppo_body *body)
{
    return of(body)->GetUserData().pointer & touched_bit;
}

bool ppo_body_touches(const ppo_body *body)
{
    return of(body)->GetUserData().pointer & touches_bit;
}

// A body lists its newest fixture first.
bool ppo_body_outline(const ppo_body *body, uint32_t index, ppo_outline *outline)
{
    uint32_t count = 0;
    const b2Fixture *fixture = of(body)->GetFixtureList();
    for (const b2Fixture *f = fixture; f; f = f->GetNext())
        count++;
    if (index >= count)
        return false;
    for (uint32_t skip = count - 1 - index; skip > 0; skip--)
        fixture = fixture->GetNext();
    const bool is_edge = fixture->GetType() == b2Shape::e_edge;
    const auto *edge = static_cast<const b2EdgeShape *>(is_edge ? fixture->GetShape() : nullptr);
    const auto *polygon =
        static_cast<const b2PolygonShape *>(is_edge ? nullptr : fixture->GetShape());
    outline->num_corners = is_edge ? 2 : static_cast<uint32_t>(polygon->m_count);
    for (uint32_t i = 0; i < outline->num_corners; i++) {
        const b2Vec2 &own = !is_edge ? polygon->m_vertices[i]
                            : i      ? edge->m_vertex2
                                     : edge->m_vertex1;
        const b2Vec2 at = b2Mul(of(body)->GetTransform(), own);
        outline->corner[i][0] = at.x;
        outline->corner[i][1] = at.y;
    }
    return true;
}

void ppo_hinge_drive(ppo_hinge *hinge, double speed, double torque)
{
    b2RevoluteJoint *joint = of(hinge);
    wake(joint->GetBodyA());
    wake(joint->GetBodyB());
    joint->SetMotorSpeed(static_cast<float>(speed));
    joint->SetMaxMotorTorque(static_cast<float>(torque));
}

float ppo_hinge_angle(const ppo_hinge *hinge)
{
    return of(hinge)->GetJointAngle();
}

float ppo_hinge_speed(const ppo_hinge *hinge)
{
    return of(hinge)->GetJointSpeed();
}
