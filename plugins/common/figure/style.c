// SPDX-License-Identifier: MIT
//
// The sheet of the figures: colours as variables, light and dark, and on paper always light. Shades are one blue, or orange and
// blue on two sides of nothing, which people with any kind of colour blindness tell apart; the curves follow Okabe and Ito. Every
// text meets WCAG AA on its ground.
#include "plugins/common/figure/figure.h"

#define SHADE(name) ".f-h" name "{fill:var(--f-h" name ")}.f-t" name "{color:var(--f-t" name ")}.f text.f-t" name "{fill:var(--f-t" name ")}\n"
#define LIGHT \
    "--f-bg:#fff;--f-fg:#1b1f24;--f-soft:#545d68;--f-line:#d5dae0;--f-card:#f6f7f9;--f-main:#00558c;--f-on:#fff;--f-loss:#9c3600;" \
    "--f-h0:#f3f7fb;--f-h1:#d6e6f4;--f-h2:#abd0e6;--f-h3:#7fb8da;--f-h4:#2d73ab;--f-h5:#105495;--f-h6:#08306b;" \
    "--f-t0:#1b1f24;--f-t1:#1b1f24;--f-t2:#1b1f24;--f-t3:#10141a;--f-t4:#fff;--f-t5:#fff;--f-t6:#fff;" \
    "--f-hn3:#9c4a00;--f-hn2:#e99a45;--f-hn1:#fbd5a8;--f-hz:#f7f7f7;--f-hp1:#b7d4ea;--f-hp2:#6fb0db;--f-hp3:#1c5b97;" \
    "--f-tn3:#fff;--f-tn2:#10141a;--f-tn1:#1b1f24;--f-tz:#1b1f24;--f-tp1:#1b1f24;--f-tp2:#10141a;--f-tp3:#fff;" \
    "--f-s0:#00558c;--f-s1:#9c3600;--f-s2:#00664a;--f-s3:#8a3a86;--f-s4:#7a5d00;--f-s5:#3d444d;--f-s6:#0072b2;--f-s7:#b3541e"
#define DARK \
    "--f-bg:#11151a;--f-fg:#e7eaee;--f-soft:#a6b0bb;--f-line:#333c46;--f-card:#1a2027;--f-main:#82c0f2;--f-on:#0c1014;--f-loss:#ffa274;" \
    "--f-h0:#151c24;--f-h1:#1b3148;--f-h2:#204566;--f-h3:#265c88;--f-h4:#69a7d3;--f-h5:#9cc8e8;--f-h6:#d3e8f8;" \
    "--f-t0:#e7eaee;--f-t1:#e7eaee;--f-t2:#f2f5f8;--f-t3:#fff;--f-t4:#0c1014;--f-t5:#0c1014;--f-t6:#0c1014;" \
    "--f-hn3:#f5a353;--f-hn2:#cf7d2b;--f-hn1:#5e3a17;--f-hz:#222a33;--f-hp1:#1f3f5c;--f-hp2:#4d90c2;--f-hp3:#9ccdf2;" \
    "--f-tn3:#0c1014;--f-tn2:#0c1014;--f-tn1:#f2f5f8;--f-tz:#e7eaee;--f-tp1:#f2f5f8;--f-tp2:#0c1014;--f-tp3:#0c1014;" \
    "--f-s0:#82c0f2;--f-s1:#ffa274;--f-s2:#63d5ad;--f-s3:#e3a1de;--f-s4:#e0c25a;--f-s5:#c5ccd4;--f-s6:#56b4e9;--f-s7:#e69f00"

const char *figure_style(void)
{
    return "svg.f{" LIGHT ";color:var(--f-fg);font:12px system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"Liberation Sans\",sans-serif}\n"
           "@media screen and (prefers-color-scheme:dark){svg.f{" DARK "}}\n"
           ".f text{fill:var(--f-fg)}.f .f-soft{fill:var(--f-soft)}.f .f-bold{font-weight:700}.f .f-large{font-size:14px;font-weight:700}.f .f-on{fill:var(--f-on)}\n"
           ".f-back{fill:var(--f-bg)}.f-ground{fill:var(--f-card)}.f-rail{fill:var(--f-line)}.f-bar{fill:var(--f-main)}.f-loss{fill:var(--f-loss)}.f-card{fill:var(--f-card)}\n"
           ".f-edge{stroke:var(--f-line);stroke-width:1}.f-empty{fill:none;stroke:var(--f-line);stroke-width:1;stroke-dasharray:3 3}.f-stage{fill:var(--f-main)}\n"
           ".f-gridline{stroke:var(--f-line);fill:none}.f-axis{stroke:var(--f-soft);fill:none}\n"
           ".f-node{fill:var(--f-card);stroke:var(--f-fg);stroke-width:1}.f-ours{fill:var(--f-bg);stroke-dasharray:5 2.5}.f-ends{fill:var(--f-bg);stroke:var(--f-main);stroke-width:2.5}\n"
           ".f-link{fill:none;stroke:var(--f-main)}.f-head{fill:var(--f-main)}.f text.f-halo{stroke:var(--f-bg);stroke-width:4px;stroke-linejoin:round;paint-order:stroke}\n"
           ".f-grade .f-full{fill:currentColor}.f-grade .f-hollow{fill:none;stroke:currentColor;stroke-width:.8}\n"
           ".f-mark .f-full{fill:currentColor}.f-mark .f-cross{fill:none;stroke:currentColor;stroke-width:2.6}.f-mark .f-ring{fill:none;stroke:currentColor;stroke-width:1.8}\n"
           ".f-m0{color:var(--f-s2)}.f-m1{color:var(--f-soft)}.f-m2{color:var(--f-loss)}.f-m3{color:var(--f-fg)}\n"
           ".f-c0{color:var(--f-s0)}.f-c1{color:var(--f-s1)}.f-c2{color:var(--f-s2)}.f-c3{color:var(--f-s3)}.f-c4{color:var(--f-s4)}.f-c5{color:var(--f-s5)}.f-c6{color:var(--f-s6)}.f-c7{color:var(--f-s7)}\n"
           ".f-range{fill:none;stroke-width:2}.f .f-range{stroke-dasharray:none}.f-held{stroke:var(--f-fg);stroke-width:2.5;fill:none}\n"
           ".f-band{opacity:.16}.f-curve{fill:none;stroke-width:2.2}\n"
           ".f-s0{stroke:var(--f-s0)}.f-s1{stroke:var(--f-s1);stroke-dasharray:9 4}.f-s2{stroke:var(--f-s2);stroke-dasharray:2 3}.f-s3{stroke:var(--f-s3);stroke-dasharray:12 3 2 3}"
           ".f-s4{stroke:var(--f-s4);stroke-dasharray:5 2}.f-s5{stroke:var(--f-s5);stroke-dasharray:1 5}.f-s6{stroke:var(--f-s6);stroke-dasharray:14 6}.f-s7{stroke:var(--f-s7);stroke-dasharray:6 2 2 2 2 2}\n"
           ".f-band.f-s0{fill:var(--f-s0)}.f-band.f-s1{fill:var(--f-s1)}.f-band.f-s2{fill:var(--f-s2)}.f-band.f-s3{fill:var(--f-s3)}.f-band.f-s4{fill:var(--f-s4)}.f-band.f-s5{fill:var(--f-s5)}.f-band.f-s6{fill:var(--f-s6)}.f-band.f-s7{fill:var(--f-s7)}"
           ".f-band{stroke:none}\n" SHADE("0") SHADE("1") SHADE("2") SHADE("3") SHADE("4") SHADE("5") SHADE("6") SHADE("n3") SHADE("n2") SHADE("n1") SHADE("z") SHADE("p1") SHADE("p2")
               SHADE("p3");
}
