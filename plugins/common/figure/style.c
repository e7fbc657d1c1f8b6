// SPDX-License-Identifier: MIT
//
// The sheet of the figures: light, on a dark screen dark, and on paper always light. Shades are one blue, or orange and
// blue on two sides of nothing, which people with any kind of colour blindness tell apart; the curves follow Okabe and Ito. Every
// text meets WCAG AA on its ground. Colours stand in the rules as they are: what draws pictures outside browsers (Inkscape, librsvg,
// office suites) knows no variables in them, and fills with black what it does not understand.
#include "plugins/common/figure/figure.h"

#define SHADE(name, ground, ink) ".f-h" name "{fill:" ground "}.f-t" name "{color:" ink "}.f text.f-t" name "{fill:" ink "}"
#define SERIES(k, colour) ".f-c" k "{color:" colour "}.f-s" k "{stroke:" colour "}.f-band.f-s" k "{fill:" colour "}"

// The ground, what is written on it, what is less important, lines, cards, the main colour, what is written on that, losses, gains.
#define COLOURS(bg, fg, soft, line, card, main, on, loss, gain) \
    "svg.f{color:" fg "}.f text{fill:" fg "}.f .f-soft{fill:" soft "}.f .f-on{fill:" on "}\n" \
    ".f-ground,.f-card,.f-node{fill:" card "}.f-back,.f-under,.f-ours,.f-ends{fill:" bg "}.f-rail{fill:" line "}.f-bar,.f-stage,.f-head{fill:" main "}.f-loss{fill:" loss "}\n" \
    ".f-edge,.f-empty,.f-gridline{stroke:" line "}.f-axis{stroke:" soft "}.f-node,.f-held{stroke:" fg "}.f-ends,.f-link{stroke:" main "}\n" \
    ".f-m0{color:" gain "}.f-m1{color:" soft "}.f-m2{color:" loss "}.f-m3{color:" fg "}\n"

#define LIGHT \
    COLOURS("#fff", "#1b1f24", "#545d68", "#d5dae0", "#f6f7f9", "#00558c", "#fff", "#9c3600", "#00664a") \
    SHADE("0", "#f3f7fb", "#1b1f24") SHADE("1", "#d6e6f4", "#1b1f24") SHADE("2", "#abd0e6", "#1b1f24") SHADE("3", "#7fb8da", "#10141a") \
    SHADE("4", "#2d73ab", "#fff") SHADE("5", "#105495", "#fff") SHADE("6", "#08306b", "#fff") \
    SHADE("n3", "#9c4a00", "#fff") SHADE("n2", "#e99a45", "#10141a") SHADE("n1", "#fbd5a8", "#1b1f24") SHADE("z", "#f7f7f7", "#1b1f24") \
    SHADE("p1", "#b7d4ea", "#1b1f24") SHADE("p2", "#6fb0db", "#10141a") SHADE("p3", "#1c5b97", "#fff") "\n" \
    SERIES("0", "#00558c") SERIES("1", "#9c3600") SERIES("2", "#00664a") SERIES("3", "#8a3a86") \
    SERIES("4", "#7a5d00") SERIES("5", "#3d444d") SERIES("6", "#0072b2") SERIES("7", "#b3541e") "\n"
#define DARK \
    COLOURS("#11151a", "#e7eaee", "#a6b0bb", "#333c46", "#1a2027", "#82c0f2", "#0c1014", "#ffa274", "#63d5ad") \
    SHADE("0", "#151c24", "#e7eaee") SHADE("1", "#1b3148", "#e7eaee") SHADE("2", "#204566", "#f2f5f8") SHADE("3", "#265c88", "#fff") \
    SHADE("4", "#69a7d3", "#0c1014") SHADE("5", "#9cc8e8", "#0c1014") SHADE("6", "#d3e8f8", "#0c1014") \
    SHADE("n3", "#f5a353", "#0c1014") SHADE("n2", "#cf7d2b", "#0c1014") SHADE("n1", "#5e3a17", "#f2f5f8") SHADE("z", "#222a33", "#e7eaee") \
    SHADE("p1", "#1f3f5c", "#f2f5f8") SHADE("p2", "#4d90c2", "#0c1014") SHADE("p3", "#9ccdf2", "#0c1014") "\n" \
    SERIES("0", "#82c0f2") SERIES("1", "#ffa274") SERIES("2", "#63d5ad") SERIES("3", "#e3a1de") \
    SERIES("4", "#e0c25a") SERIES("5", "#c5ccd4") SERIES("6", "#56b4e9") SERIES("7", "#e69f00") "\n"

const char *figure_style(void)
{
    return "svg.f{font:12px system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"Liberation Sans\",sans-serif}\n"
           ".f .f-bold{font-weight:700}.f .f-large{font-size:14px;font-weight:700}\n" LIGHT
           "@media screen and (prefers-color-scheme:dark){\n" DARK "}\n"
           ".f-edge{stroke-width:1}.f-empty{fill:none;stroke-width:1;stroke-dasharray:3 3}.f-gridline,.f-axis{fill:none}\n"
           ".f-node{stroke-width:1}.f-ours{stroke-dasharray:5 2.5}.f-ends{stroke-width:2.5}\n"
           ".f-link{fill:none}.f-under{opacity:.85}\n"
           ".f-grade .f-full{fill:currentColor}.f-grade .f-hollow{fill:none;stroke:currentColor;stroke-width:.8}\n"
           ".f-mark .f-full{fill:currentColor}.f-mark .f-cross{fill:none;stroke:currentColor;stroke-width:2.6}.f-mark .f-ring{fill:none;stroke:currentColor;stroke-width:1.8}\n"
           ".f-range{fill:none;stroke-width:2}.f-held{stroke-width:2.5;fill:none}.f-curve{fill:none;stroke-width:2.2}.f-band{opacity:.16}\n"
           ".f-s1{stroke-dasharray:9 4}.f-s2{stroke-dasharray:2 3}.f-s3{stroke-dasharray:12 3 2 3}.f-s4{stroke-dasharray:5 2}.f-s5{stroke-dasharray:1 5}"
           ".f-s6{stroke-dasharray:14 6}.f-s7{stroke-dasharray:6 2 2 2 2 2}\n"
           ".f .f-range{stroke-dasharray:none}.f .f-band{stroke:none}\n";
}
