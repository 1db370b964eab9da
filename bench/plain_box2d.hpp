// SPDX-License-Identifier: MIT
// A plain C++ lander and walker: what one would write over Box2D for these two tasks alone. Bodies,
// rounds, rays, rewards and ends of episodes as Gymnasium has them, in floats, without its random
// numbers, without options, checks and saving. Our one trick they have too: all the walker's ground
// is one body. bench_box2d.cpp times them.
#ifndef PPO_BENCH_PLAIN_BOX2D_HPP
#define PPO_BENCH_PLAIN_BOX2D_HPP

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <random>
#include <utility>

#include <box2d/box2d.h>

namespace plain
{

constexpr float scale = 30.0f, view_width = 600 / scale, view_height = 400 / scale;
constexpr float steps_per_second = 50.0f;

// What both tasks are made of: a world anew for each episode, its ground, a hull on two feet, and
// who of them touches the ground.
class scene : private b2ContactListener
{
  public:
    float reward; // of the last step

  protected:
    float uniform(float low, float high)
    {
        return std::uniform_real_distribution<float>(low, high)(random);
    }

    void begin()
    {
        b2BodyDef still;
        world.emplace(b2Vec2(0.0f, -10.0f));
        world->SetContactListener(this);
        ground = world->CreateBody(&still);
        crashed = down[0] = down[1] = false;
    }

    void add_edge(b2Vec2 from, b2Vec2 to, float friction)
    {
        b2EdgeShape edge;
        edge.SetTwoSided(from, to);
        add_fixture(ground, edge, 0.0f, friction, ground_category, 0xFFFF);
    }

    b2Body *add_part(b2Vec2 at, float angle, const b2PolygonShape &shape, float density,
                     float friction)
    {
        b2BodyDef def;
        def.type = b2_dynamicBody;
        def.position = at;
        def.angle = angle;
        b2Body *body = world->CreateBody(&def);
        add_fixture(body, shape, density, friction, own_category, ground_category);
        return body;
    }

    b2RevoluteJoint *add_hinge(b2Body *a, b2Body *b, b2Vec2 anchor_a, b2Vec2 anchor_b)
    {
        b2RevoluteJointDef def;
        def.bodyA = a;
        def.bodyB = b;
        def.localAnchorA = anchor_a;
        def.localAnchorB = anchor_b;
        def.referenceAngle = b->GetAngle() - a->GetAngle();
        def.enableLimit = def.enableMotor = true;
        return static_cast<b2RevoluteJoint *>(world->CreateJoint(&def));
    }

    void step_world()
    {
        world->Step(1 / steps_per_second, 180, 60);
    }

    // How much better things have become.
    float gain(float potential)
    {
        return potential - std::exchange(last_potential, potential);
    }

    std::minstd_rand random;
    std::optional<b2World> world;
    b2Body *ground, *hull, *foot[2];
    bool crashed, down[2]; // the hull has touched the ground; a foot does so now

  private:
    static constexpr uint16 ground_category = 1, own_category = 2;

    static void add_fixture(b2Body *body, const b2Shape &shape, float density, float friction,
                            uint16 category, uint16 mask)
    {
        b2FixtureDef def;
        def.shape = &shape;
        def.density = density;
        def.friction = friction;
        def.filter.categoryBits = category;
        def.filter.maskBits = mask;
        body->CreateFixture(&def);
    }

    void BeginContact(b2Contact *contact) override
    {
        note(contact, true);
    }

    void EndContact(b2Contact *contact) override
    {
        note(contact, false);
    }

    void note(b2Contact *contact, bool begins)
    {
        for (b2Fixture *fixture : {contact->GetFixtureA(), contact->GetFixtureB()}) {
            crashed |= begins && fixture->GetBody() == hull;
            for (int i = 0; i < 2; i++)
                if (fixture->GetBody() == foot[i])
                    down[i] = begins;
        }
    }

    float last_potential = 0.0f;
};

class lander final : public scene
{
  public:
    static constexpr const char *id = "LunarLander-v3";
    static constexpr int time_limit = 1000;

    float obs[8];

    void reset()
    {
        begin();
        add_moon();
        add_hull();
        for (int i = 0; i < 2; i++)
            add_leg(i);
        advance(0);
    }

    bool step()
    {
        return advance(static_cast<int>(random() >> 16 & 3));
    }

  private:
    static constexpr int chunks = 11;
    static constexpr float pad_y = view_height / 4;

    void add_moon()
    {
        constexpr float width = view_width / (chunks - 1);
        float height[chunks + 1];
        for (float &h : height)
            h = uniform(0.0f, view_height / 2);
        std::fill_n(height + chunks / 2 - 2, 5, pad_y);
        add_edge({0.0f, 0.0f}, {view_width, 0.0f}, 0.2f);
        b2Vec2 last;
        for (int i = 0; i < chunks; i++) {
            const float left = height[i > 0 ? i - 1 : chunks];
            const b2Vec2 next(width * static_cast<float>(i),
                              0.33f * (left + height[i] + height[i + 1]));
            if (i > 0)
                add_edge(last, next, 0.1f);
            last = next;
        }
    }

    void add_hull()
    {
        static const b2Vec2 corners[] = {{-14 / scale, 17 / scale},  {-17 / scale, 0.0f},
                                         {-17 / scale, -10 / scale}, {17 / scale, -10 / scale},
                                         {17 / scale, 0.0f},         {14 / scale, 17 / scale}};
        b2PolygonShape shape;
        shape.Set(corners, std::size(corners));
        hull = add_part({view_width / 2, view_height}, 0.0f, shape, 5.0f, 0.1f);
        hull->ApplyForceToCenter({uniform(-1000.0f, 1000.0f), uniform(-1000.0f, 1000.0f)}, true);
    }

    void add_leg(int i)
    {
        const float side = i == 0 ? -1.0f : 1.0f;
        const b2Vec2 at(view_width / 2 - side * 20 / scale, view_height);
        b2PolygonShape shape;
        shape.SetAsBox(2 / scale, 8 / scale);
        foot[i] = add_part(at, side * 0.05f, shape, 1.0f, 0.2f);
        b2RevoluteJoint *hinge = add_hinge(hull, foot[i], {0, 0}, {side * 20 / scale, 18 / scale});
        hinge->SetMotorSpeed(0.3f * side);
        hinge->SetMaxMotorTorque(40.0f);
        hinge->SetLimits(i == 0 ? 0.4f : -0.9f, i == 0 ? 0.9f : -0.4f);
    }

    // 0: nothing, 1: the left engine, 2: the main one, 3: the right one.
    void fire(int action)
    {
        const b2Vec2 tip(std::sin(hull->GetAngle()), std::cos(hull->GetAngle()));
        const b2Vec2 side(-tip.y, tip.x);
        const float along = uniform(-1.0f, 1.0f) / scale, across = uniform(-1.0f, 1.0f) / scale;
        if (action == 2) {
            const float below = 4 / scale + 2 * along;
            const b2Vec2 o(below * tip.x + across * side.x, -below * tip.y - across * side.y);
            hull->ApplyLinearImpulse(-13.0f * o, hull->GetPosition() + o, true);
        } else if (action != 0) {
            const float away = 3 * across + static_cast<float>(action - 2) * 12 / scale;
            const b2Vec2 o(along * tip.x + away * side.x, -along * tip.y - away * side.y);
            const b2Vec2 lever(o.x - tip.x * 17 / scale, o.y + tip.y * 14 / scale);
            hull->ApplyLinearImpulse(-0.6f * o, hull->GetPosition() + lever, true);
        }
    }

    // Whether the episode is over.
    bool advance(int action)
    {
        fire(action);
        step_world();
        const b2Vec2 at = hull->GetPosition(), v = hull->GetLinearVelocity();
        obs[0] = (at.x - view_width / 2) / (view_width / 2);
        obs[1] = (at.y - (pad_y + 18 / scale)) / (view_height / 2);
        obs[2] = v.x * (view_width / 2) / steps_per_second;
        obs[3] = v.y * (view_height / 2) / steps_per_second;
        obs[4] = hull->GetAngle();
        obs[5] = 20 * hull->GetAngularVelocity() / steps_per_second;
        obs[6] = down[0];
        obs[7] = down[1];
        reward = gain(-100 * (std::hypot(obs[0], obs[1]) + std::hypot(obs[2], obs[3])) -
                      100 * std::fabs(obs[4]) + 10 * (obs[6] + obs[7]));
        reward -= action == 2 ? 0.3f : action != 0 ? 0.03f : 0.0f;
        const bool landed = !hull->IsAwake(), over = crashed || std::fabs(obs[0]) >= 1 || landed;
        if (over)
            reward = landed ? 100.0f : -100.0f;
        return over;
    }
};

class walker final : public scene, private b2RayCastCallback
{
  public:
    static constexpr const char *id = "BipedalWalker-v3";
    static constexpr int time_limit = 1600;

    float obs[24];

    void reset()
    {
        begin();
        add_terrain();
        add_hull();
        for (int i = 0; i < 2; i++)
            add_leg(i);
        const float nothing[4] = {};
        advance(nothing);
    }

    bool step()
    {
        float action[4];
        for (float &a : action)
            a = uniform(-1.0f, 1.0f);
        return advance(action);
    }

  private:
    static constexpr int points = 200, level_points = 20;
    static constexpr float stride = 14 / scale, level = view_height / 4;
    static constexpr float leg = 34 / scale, leg_down = -8 / scale, ray_length = 160 / scale;

    void add_terrain()
    {
        b2Vec2 last(0.0f, level);
        float slope = 0.0f;
        for (int i = 1; i < points; i++) {
            slope = 0.8f * slope + (level > last.y ? 0.01f : level < last.y ? -0.01f : 0.0f);
            if (i > level_points)
                slope += uniform(-1.0f, 1.0f) / scale;
            const b2Vec2 next(stride * static_cast<float>(i), last.y + slope);
            add_edge(last, next, 2.5f);
            last = next;
        }
    }

    void add_hull()
    {
        static const b2Vec2 corners[] = {{-30 / scale, 9 / scale},
                                         {6 / scale, 9 / scale},
                                         {34 / scale, 1 / scale},
                                         {34 / scale, -8 / scale},
                                         {-30 / scale, -8 / scale}};
        b2PolygonShape shape;
        shape.Set(corners, std::size(corners));
        hull = add_part({stride * level_points / 2, level + 2 * leg}, 0.0f, shape, 5.0f, 0.1f);
        hull->ApplyForceToCenter({uniform(-5.0f, 5.0f), 0.0f}, true);
    }

    void add_leg(int i)
    {
        const b2Vec2 at = hull->GetPosition();
        const float tilt = i == 0 ? -0.05f : 0.05f;
        b2PolygonShape thigh, shin;
        thigh.SetAsBox(4 / scale, leg / 2);
        shin.SetAsBox(0.8f * 4 / scale, leg / 2);
        b2Body *knee = add_part({at.x, at.y - leg / 2 - leg_down}, tilt, thigh, 1.0f, 0.2f);
        foot[i] = add_part({at.x, at.y - leg * 3 / 2 - leg_down}, tilt, shin, 1.0f, 0.2f);
        hinge[2 * i] = add_hinge(hull, knee, {0.0f, leg_down}, {0.0f, leg / 2});
        hinge[2 * i]->SetLimits(-0.8f, 1.1f);
        hinge[2 * i + 1] = add_hinge(knee, foot[i], {0.0f, -leg / 2}, {0.0f, leg / 2});
        hinge[2 * i + 1]->SetLimits(-1.6f, -0.1f);
    }

    // Whether the episode is over.
    bool advance(const float (&action)[4])
    {
        for (int i = 0; i < 4; i++) {
            hinge[i]->SetMotorSpeed(std::copysign(i % 2 ? 6.0f : 4.0f, action[i]));
            hinge[i]->SetMaxMotorTorque(80 * std::fabs(action[i]));
        }
        step_world();
        observe();
        const float x = hull->GetPosition().x;
        reward = gain(130 * x / scale - 5 * std::fabs(obs[0]));
        for (const float a : action)
            reward -= 0.00035f * 80 * std::fabs(a);
        const bool lost = crashed || x < 0.0f;
        if (lost)
            reward = -100.0f;
        return lost || x > (points - 10) * stride;
    }

    void observe()
    {
        const b2Vec2 at = hull->GetPosition(), v = hull->GetLinearVelocity();
        float *o = obs;
        *o++ = hull->GetAngle();
        *o++ = 2 * hull->GetAngularVelocity() / steps_per_second;
        *o++ = 0.3f * v.x * view_width / steps_per_second;
        *o++ = 0.3f * v.y * view_height / steps_per_second;
        for (int i = 0; i < 2; i++) {
            *o++ = hinge[2 * i]->GetJointAngle();
            *o++ = hinge[2 * i]->GetJointSpeed() / 4;
            *o++ = hinge[2 * i + 1]->GetJointAngle() + 1;
            *o++ = hinge[2 * i + 1]->GetJointSpeed() / 6;
            *o++ = down[i];
        }
        for (int i = 0; i < 10; i++) {
            const float turn = 0.15f * static_cast<float>(i);
            nearest = 1.0f;
            world->RayCast(this, at, at + ray_length * b2Vec2(std::sin(turn), -std::cos(turn)));
            *o++ = nearest;
        }
    }

    float ReportFixture(b2Fixture *fixture, const b2Vec2 & /*point*/, const b2Vec2 & /*normal*/,
                        float fraction) override
    {
        return fixture->GetBody() == ground ? nearest = fraction : -1.0f;
    }

    b2RevoluteJoint *hinge[4];
    float nearest;
};

} // namespace plain

#endif
