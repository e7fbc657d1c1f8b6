// SPDX-License-Identifier: MIT
// The style sheet. Colours are variables: light, dark, and print (always light). Every text meets WCAG AA on its ground.
// No '<' and no '&' in it: the page stays well-formed XML.
#include "plugins/output/html/html.h"

// A table as cards, one a row, the label of each cell before it: on a phone every table, on paper those with too many columns.
#define CARDS(of) \
    ".box table" of ",.box table" of " tbody,.box table" of " tfoot,.box table" of " tr,.box table" of " th,.box table" of " td{display:block;min-width:0}\n" \
    ".box table" of " thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\n" \
    ".box table" of " tr{margin:.6rem 0;padding:.6rem .8rem;border:1px solid var(--line);border-radius:.5rem}\n" \
    ".box table" of " tr.group{border:0;padding:0;margin:1.5rem 0 .5rem}\n" \
    ".box table" of " th,.box table" of " td{border:0;padding:.15rem 0}\n" \
    ".box table" of " tbody th{font-size:1.05rem;text-align:left;position:static}\n" \
    ".box table" of " td{display:flex;justify-content:space-between;gap:1rem;white-space:normal;text-align:right}\n" \
    ".box table" of " td[data-label]::before{content:attr(data-label);flex:none;max-width:45%;color:var(--soft);text-align:left;font-variant-numeric:normal}\n" \
    ".box table" of " tbody th[data-label]::before{content:attr(data-label) \": \";font-weight:400;color:var(--soft)}\n" \
    ".box table" of " td.long{display:block;text-align:left}\n" \
    ".box table" of " td.long,.box table" of " td.text{min-width:0}\n" \
    ".box table" of " td.long::before{display:block;max-width:none}\n" \
    ".box table" of " td.na{display:none}\n" \
    ".box table" of " tr:not(:has(td:not(.na))) td.na{display:flex}\n"

static const char *const sheet[] = {
    // colours
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#545d68;--line:#d5dae0;--card:#f6f7f9;--do:#00664a;--keep:#00558c;--stop:#9c3600;--ask:#4d5664;"
    "--on:#fff;--mark:#fff5cc}\n"
    "@media (prefers-color-scheme:dark){:root{--bg:#11151a;--fg:#e7eaee;--soft:#a6b0bb;--line:#333c46;--card:#1a2027;--do:#63d5ad;--keep:#82c0f2;--stop:#ffa274;--ask:#bac3ce;"
    "--on:#0c1014;--mark:#3a3413}}\n"
    // page
    "*{box-sizing:border-box}\n"
    "html{font-size:100%;-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
    "body{margin:0;background:var(--bg);color:var(--fg);font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"Liberation Sans\",sans-serif}\n"
    "header,main,footer{max-width:72rem;margin:0 auto;padding:0 1.5rem;overflow-wrap:anywhere}\n"
    "header{padding-top:2.5rem}\n"
    "h1{font-size:2rem;line-height:1.2;margin:0 0 .5rem;letter-spacing:-.01em}\n"
    "h2{font-size:1.35rem;line-height:1.25;margin:2.5rem 0 .75rem}\n"
    "h3{font-size:1rem;line-height:1.35;margin:1.25rem 0 .35rem}\n"
    "p{margin:.4rem 0;max-width:48rem}\n"
    "a{color:var(--keep)}\n"
    "a:focus-visible,.box:focus-visible{outline:3px solid var(--keep);outline-offset:2px}\n"
    "code{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,\"Liberation Mono\",monospace}\n"
    ".subject,.small,.caution,.unit,.sub{color:var(--soft)}\n"
    ".question{font-size:1.15rem}\n"
    ".small{font-size:.8125rem;max-width:60rem}\n"
    ".hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}\n",
    // chips
    ".chip{display:inline-flex;align-items:center;gap:.4em;padding:.12em .65em;border:1px solid var(--fg);border-radius:1em;font-size:.75rem;font-weight:700;letter-spacing:.03em;"
    "line-height:1.5}\n"
    ".chip bdi{overflow-wrap:break-word;min-width:0}\n"
    ".chip svg{flex:none;width:.8em;height:.8em;fill:currentColor}\n"
    ".chip .line{fill:none;stroke:currentColor;stroke-width:2}\n"
    ".chip.do{background:var(--do);border-color:var(--do);color:var(--on)}\n"
    ".chip.keep{background:var(--keep);border-color:var(--keep);color:var(--on)}\n"
    ".chip.stop{background:var(--stop);border-color:var(--stop);color:var(--on)}\n"
    ".chip.ask{background:var(--bg);border-color:var(--ask);color:var(--ask)}\n",
    // the box of findings
    ".headline{margin-top:1.75rem;padding:1.25rem 1.5rem 1rem;border:1px solid var(--line);border-radius:.75rem;background:var(--card)}\n"
    ".headline h2{margin:0 0 .25rem}\n"
    ".headline ul{list-style:none;margin:0;padding:0}\n"
    ".finding{display:grid;grid-template-columns:minmax(0,1fr) 12rem;column-gap:2rem;padding:1rem 0;border-top:1px solid var(--line)}\n"
    ".finding:first-child{border-top:0}\n"
    ".finding h3{grid-column:1;display:flex;flex-wrap:wrap;align-items:center;gap:.35rem .6rem;margin:0 0 .15rem;font-size:1.15rem}\n"
    ".finding h3 bdi{min-width:0}\n"
    ".finding p{grid-column:1;margin:.1rem 0}\n"
    ".finding .why{color:var(--soft)}\n"
    ".why a{white-space:nowrap}\n"
    ".finding .big{grid-column:2;grid-row:1/span 3;text-align:right;line-height:1.3}\n"
    ".big b{display:block;font-size:1.75rem;line-height:1.15;font-variant-numeric:tabular-nums;letter-spacing:-.01em}\n"
    ".big span{color:var(--soft);font-size:.875rem}\n"
    ".do .big b{color:var(--do)}\n"
    ".stop .big b{color:var(--stop)}\n"
    ".ask .big b{color:var(--ask)}\n"
    ".caution{font-size:.875rem;border-top:1px solid var(--line);padding-top:.6rem;margin:.25rem 0 0}\n"
    ".caution p{max-width:none}\n"
    ".callout{max-width:none;margin:1rem 0 0;padding:.9rem 1.5rem;border:1px solid var(--line);border-left:.4rem solid var(--stop);border-radius:.5rem;font-size:1.1rem}\n"
    ".callout b{display:block;font-size:.75rem;letter-spacing:.06em;color:var(--stop)}\n",
    // tables
    ".box{overflow-x:auto;margin:.5rem 0;position:relative}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9375rem;line-height:1.4;overflow-wrap:break-word}\n"
    ".u{overflow-wrap:anywhere}\n" // only what is longer than words are breaks within one
    "th,td{padding:.5rem .75rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);min-width:6.5rem}\n"
    "th:first-child,td:first-child{padding-left:0}\n"
    "th:last-child,td:last-child{padding-right:0}\n"
    "thead th{vertical-align:bottom;font-size:.8125rem;border-bottom:2px solid var(--fg)}\n"
    ".unit{font-weight:400}\n"
    "thead th{overflow-wrap:normal}\n"
    "tbody th{font-weight:600;min-width:9rem}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;min-width:4.5rem}\n"
    "thead .n{white-space:normal}\n"
    ".n.long{white-space:normal}\n"
    "td.long{min-width:14rem}\n"
    ".many td.long{min-width:10rem}\n"
    ".na{color:var(--soft)}\n"
    ".v b{font-weight:600}\n"
    ".group th{padding:1.4rem 0 .4rem;font-weight:400}\n"
    ".group b{font-size:1rem}\n"
    "tfoot th,tfoot td{font-weight:700;border-bottom:0;border-top:2px solid var(--fg)}\n"
    "tfoot td.long{font-weight:400;color:var(--soft)}\n"
    "td ul{margin:0;padding-left:1.1rem}\n"
    "#know h3{font-size:1.1rem;margin-top:1.75rem}\n"
    "#know h4{font-size:1rem;margin:1.25rem 0 .35rem}\n"
    "tbody tr:target{background:var(--mark)}\n"
    ".bar,.share{display:block;margin:.25rem 0 0 auto;max-width:100%}\n"
    ".share{width:4.5rem;height:6px;border-radius:3px;background:linear-gradient(var(--soft),var(--soft)) 0/var(--w) 100% no-repeat var(--line);"
    "-webkit-print-color-adjust:exact;print-color-adjust:exact}\n"
    ".many .share,.wide .share{width:3rem}\n" // of one length within a table: they are compared
    ".bar{color:var(--ask)}\n"
    ".bar.up{color:var(--do)}\n"
    ".bar.down{color:var(--stop)}\n"
    ".bar circle{fill:currentColor}\n"
    ".bar .whisker{fill:none;stroke:currentColor;stroke-width:2}\n"
    ".bar .zero{fill:none;stroke:var(--soft);stroke-width:1;stroke-dasharray:2 2}\n"
    ".wide{font-size:.8125rem}\n"
    ".wide .n{min-width:3.75rem}\n"
    ".wide th:first-child{position:sticky;left:0;background:var(--bg);padding-right:1rem;z-index:1}\n"
    ".wide td.long{min-width:16rem}\n"
    ".wide td.text{min-width:72rem}\n",
    // figures
    "figure{margin:.75rem 0 1.25rem}\n"
    "figcaption{margin:0 0 .75rem;max-width:48rem}\n"
    "figcaption b{display:block}\n"
    ".picture{overflow-x:auto}\n"
    ".picture svg{display:block;height:auto;max-width:100%;min-width:40rem}\n" // a little smaller, then it scrolls
    ".broad svg{min-width:54rem}\n"
    ".small-screen svg{min-width:0}\n"
    ".picture.small-screen,.picture.on-paper{display:none}\n"
    "details{margin:.5rem 0}\n"
    "summary{cursor:pointer;color:var(--keep)}\n"
    // notes and foot
    ".commands code{overflow-wrap:anywhere}\n"
    ".hash{overflow-wrap:anywhere}\n"
    ".columns{font-size:.8125rem;color:var(--soft)}\n"
    ".columns h2{color:var(--fg);font-size:1.1rem}\n"
    ".columns h3{color:var(--fg);font-size:.9375rem;margin:1.25rem 0 .1rem}\n"
    ".columns dl{font-size:inherit;columns:2 24rem;column-gap:2.5rem}\n"
    ".columns dl div{display:block;break-inside:avoid;padding:.1rem 0}\n"
    ".columns dt{display:inline;color:var(--fg)}\n"
    ".columns dd{display:inline;margin-left:.5em}\n"
    "dl{margin:.5rem 0;font-size:.875rem}\n"
    "dl div{display:grid;grid-template-columns:10rem minmax(0,1fr);gap:1rem;padding:.2rem 0}\n"
    "dt{font-weight:600}\n"
    "dd{margin:0}\n"
    ".notes ul{margin:.25rem 0;padding-left:1.25rem;max-width:60rem}\n"
    ".notes li{margin:.2rem 0}\n"
    ".warning{border-left:.4rem solid var(--stop);padding-left:1rem;margin:1rem 0}\n"
    ".warning h2,.warning h3{margin-top:0}\n"
    "footer{margin-top:3rem;padding-top:1rem;padding-bottom:3rem;font-size:.875rem;color:var(--soft)}\n"
    "footer h2{font-size:1rem;margin:1rem 0 .5rem;color:var(--fg)}\n",
    // narrow
    "@media screen and (min-width:46.01rem) and (max-width:64rem){.many .d{display:none}}\n"
    // a phone
    "@media screen and (max-width:46rem){\n"
    "header,main,footer{padding-left:1rem;padding-right:1rem}\n"
    "header{padding-top:1.5rem}\n"
    "h1{font-size:1.5rem}\n"
    ".headline{margin-left:-.5rem;margin-right:-.5rem;padding:1rem}\n"
    ".finding{display:block}\n"
    ".finding h3{font-size:1.05rem}\n"
    ".finding .big{text-align:left;margin-top:.4rem}\n"
    ".callout{padding:.75rem 1rem}\n"
    "dl div{display:block;padding:.35rem 0}\n"
    ".picture.large-screen{display:none}\n"
    ".picture.small-screen{display:block}\n"
    CARDS("")
    "}\n",
    // paper
    "@page{size:A4;margin:14mm 13mm 16mm;@bottom-right{content:counter(page) \" / \" counter(pages);font:8pt sans-serif;color:#545d68}}\n"
    "@page across{size:A4 landscape;margin:14mm 13mm 16mm}\n"
    "@media print{\n"
    ":root{color-scheme:light;--bg:#fff;--fg:#000;--soft:#454c55;--line:#c3c9d0;--card:#fff;--do:#00664a;--keep:#00558c;--stop:#9c3600;--ask:#4d5664;--on:#fff;--mark:#fff}\n"
    "html{font-size:9.5pt}\n"
    "header,main,footer{max-width:none;padding-left:0;padding-right:0}\n"
    "header{padding-top:0}\n"
    "h1{font-size:18pt}\n"
    "h2{font-size:13pt;margin-top:7mm}\n"
    "h3{font-size:10pt}\n"
    "table{font-size:8.5pt}\n"
    "th,td{padding:1.3mm 2mm;min-width:0}\n"
    "tbody th{min-width:24mm}\n"
    "td.long{min-width:38mm}\n"
    ".group th{padding-top:4mm}\n"
    ".n{min-width:12mm}\n"
    ".big b{font-size:16pt}\n"
    ".finding{padding:2.5mm 0;grid-template-columns:minmax(0,1fr) 42mm}\n"
    ".finding h3{font-size:11pt}\n"
    ".chip,.chip.do,.chip.keep,.chip.stop,.chip.ask{background:none;font-size:7.5pt}\n"
    ".chip.do{color:var(--do)}.chip.keep{color:var(--keep)}.chip.stop{color:var(--stop)}\n"
    ".box{overflow:visible}\n"
    "td.u,tbody th.u{min-width:30mm}\n"
    ".many{font-size:8pt}.many th,.many td{padding:1.3mm 1.2mm}\n"
    ".many :is(th,td):first-child{padding-left:0}.many :is(th,td):last-child{padding-right:0}\n"
    ".bar{width:26mm}\n"
    ".share{width:14mm;height:1.2mm}.many .share,.wide .share{width:11mm}\n"
    "thead{display:table-header-group;break-after:avoid}thead+tbody>tr:nth-child(-n+2),.group+tr{break-before:avoid}\n"
    "tr,.finding,.legend.short,.callout,.caution,.notes li,dl div{break-inside:avoid}\n"
    ".lead,.subject{break-inside:avoid}h1,h2,h3,h4,.group,.lead,.callout,.legend p,p:has(+.box){break-after:avoid}.box+p{break-before:avoid}\n"
    "tfoot{display:table-row-group}\n" // not at the foot of each page
    "tfoot tr{break-before:avoid}\n"
    "footer{margin-top:6mm;padding-top:0;padding-bottom:0}\n"
    ".picture{overflow:visible;break-inside:avoid}\n"
    "figure{break-inside:avoid}figcaption{break-after:avoid;break-inside:avoid;max-width:none}\n"
    ".picture svg{min-width:0}\n"
    ".picture svg{max-width:100%;max-height:225mm}\n" // a page with its heading
    "figure.across{page:across}\n"
    "section:has(>figure.across),header:has(+main>section:first-child>figure.across){page:across}\n" // with its heading, and its table
    ".across svg{max-height:150mm}\n"
    "figure.cut{break-inside:auto;margin-top:0}.cut figcaption{font-size:8.5pt;line-height:1.35;margin-bottom:2mm}.cut figcaption b{display:inline}\n"
    ".cut .picture.large-screen{display:none}.picture.on-paper{display:block}\n"
    ".picture.on-paper svg{width:100%;max-height:216mm}.on-paper+.on-paper,.whole-page .on-paper{break-before:page}.whole-page .on-paper svg{max-height:258mm}\n" // FIGURE_SHEET, FIGURE_PAGE
    ".wide:not(.whole) .d,.next,.finding a,.small a,details:not([open]){display:none}\n"
    "section:has(>.box>.wide:not(.records)),header:has(+main>section:first-child>.box>.wide:not(.records)){page:across}\n"
    "section:has(>figure.cut),header:has(+main>section:first-child>figure.cut){page:auto!important}\n" // its sheets are upright; the table behind them is not
    "section:has(>figure.cut)>.box:has(>.wide:not(.records)),section:has(>figure.cut)>.box:has(>.wide:not(.records))~*{page:across}\n"
    "a{color:inherit;text-decoration:none}\n"
    ".columns{font-size:7.5pt}\n"
    ".columns dl{columns:3 50mm;column-gap:6mm}\n"
    ".wide th:first-child{position:static}\n"
    ".wide{font-size:8pt}\n"
    ".wide th,.wide td{padding:1.2mm 1.2mm}\n"
    ".wide thead th,.wide .long{white-space:normal}\n"
    ".wide td.long{min-width:26mm}.wide td.text{min-width:40mm}.wide tbody th.long,.wide td.long:not(.n){overflow-wrap:anywhere}\n" // a table that is wider than its page would shrink all pages
    CARDS(".records")
    ".box table.records tr{break-inside:avoid;display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:0 6mm;padding:1mm 2mm}\n"
    ".box table.records th,.box table.records td.text{grid-column:1/-1}\n"
    ".box table.records td{padding:0}\n"
    "}\n",
    "@media (forced-colors:active){.chip{border:1px solid}.bar,.share{forced-color-adjust:auto}}\n",
};

void html_style(struct html *h)
{
    for (size_t i = 0; i < sizeof sheet / sizeof *sheet; i++) put_s(h, sheet[i]);
}
