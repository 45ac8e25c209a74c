/* SPDX-License-Identifier: MIT */
/*
 * One page that needs no network: the table of kinds, a filter by rule and program, and a timeline
 * of single calls by process. It is readable without its script, which only filters and draws.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/formats.h"
#include "report/writers.h"

static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;"
    "color:#1c2024;background:#fff}h1{font-size:1.4rem}code,td.c{font-family:ui-monospace,"
    "monospace;"
    "font-size:.92em}table{border-collapse:collapse;width:100%}th,td{text-align:left;"
    "vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #d8dde3}th{font-weight:600}"
    "tr.error td:first-child{color:#b3261e}tr.warning td:first-child{color:#8a5300}"
    "tr.note td:first-child{color:#55606b}svg{width:100%;border:1px solid #d8dde3}"
    "h2{font-size:1.1rem;margin-top:2rem}select{font:inherit;margin-right:1rem}.lacks{background:#"
    "fff4e0;padding:.5rem .8rem}"
    "@media(prefers-color-scheme:dark){body{background:#16191d;color:#e4e8ec}"
    "th,td,svg{border-color:#363d45}tr.error td:first-child{color:#ff8a80}"
    "tr.warning td:first-child{color:#ffc46b}tr.note td:first-child{color:#9aa6b2}"
    ".lacks{background:#3a2f1a}}";

/* Choices come from the table itself, so that what it has and what they offer cannot differ. */
static const char script[] =
    "const rows=[...document.querySelectorAll('#kinds tbody tr')];"
    "function fill(id,key){const s=document.getElementById(id);"
    "[...new Set(rows.map(r=>r.dataset[key]))].sort().forEach(v=>s.add(new Option(v,v)));"
    "s.onchange=show}"
    "function on(r){return['rule','program'].every(k=>{const v=document.getElementById(k).value;"
    "return!v||r.dataset[k]===v})}"
    "const moments=JSON.parse(document.getElementById('moments').textContent);"
    "function draw(){const svg=document.getElementById('timeline');svg.replaceChildren();"
    "const seen=moments.filter(m=>on(rows[m[0]]));if(!seen.length)return;"
    "const pids=[...new Set(seen.map(m=>m[1]))],t0=seen[0][2],t1=seen[seen.length-1][2];"
    "const h=18,left=110,wide=1000;svg.setAttribute('viewBox',`0 0 ${wide} ${pids.length*h+24}`);"
    "const put=(n,a,t)=>{const e=document.createElementNS('http://www.w3.org/2000/svg',n);"
    "for(const k in a)e.setAttribute(k,a[k]);if(t){const x=document.createElementNS("
    "'http://www.w3.org/2000/svg',n==='text'?'tspan':'title');x.textContent=t;e.append(x)}"
    "svg.append(e);return e};"
    "pids.forEach((p,i)=>put('text',{x:6,y:i*h+16,'font-size':12,fill:'currentColor'},"
    "`${rows[seen.find(m=>m[1]===p)[0]].dataset.program} ${p}`));"
    "seen.forEach(m=>{const r=rows[m[0]],x=left+(t1>t0?(m[2]-t0)/(t1-t0):0)*(wide-left-10);"
    "put('circle',{cx:x,cy:pids.indexOf(m[1])*h+12,r:4,fill:'currentColor','fill-opacity':.55},"
    "`+${m[2]-t0} ms: ${r.dataset.rule}`)});"
    "put('text',{x:left,y:pids.length*h+18,'font-size':12,fill:'currentColor'},`0 to ${t1-t0} ms`)}"
    "function show(){rows.forEach(r=>r.hidden=!on(r));draw()}"
    "fill('rule','rule');fill('program','program');"
    "document.getElementById('filter').hidden=false;show();";

static void put_cell(FILE *out, const char *kind, const char *text)
{
    fprintf(out, "<td%s>", kind);
    report_put_xml(out, text);
    fputs("</td>", out);
}

static void put_kind(struct report *r, const struct report_kind *kind, FILE *out)
{
    const char *holders = report_holders(r, kind);
    const char *cure = kind->number == LX_RULE_NONE ? kind->note : report_cure(kind->number);
    fprintf(out, "<tr class=\"%s\" data-rule=\"", report_level_word(kind->level));
    report_put_xml(out, kind->rule);
    fputs("\" data-program=\"", out);
    report_put_xml(out, kind->comm);
    fprintf(out, "\"><td>%s</td>", report_level_word(kind->level));
    put_cell(out, " class=\"c\"", kind->rule);
    put_cell(out, " class=\"c\"", report_sentence_at(r, kind));
    put_cell(out, "", kind->chain);
    put_cell(out, "", holders == NULL ? "" : holders);
    fprintf(out, "<td>%" PRIu64 "</td>", kind->count);
    put_cell(out, "", cure == NULL ? "" : cure);
    fputs("</tr>\n", out);
}

/* Where the time would go on a drive, and which of it can be saved. */
static void put_cost(struct report *r, FILE *out)
{
    const char *headline = report_cost_headline(&r->costs, &r->arena);
    if (headline[0] == '\0')
        return;
    fputs("<h2>", out);
    report_put_xml(out, headline);
    fputs("</h2>\n<table id=\"cost\"><thead><tr><th>seconds</th><th>calls</th><th>operation</th>"
          "<th>instead</th></tr></thead><tbody>\n",
          out);
    for (unsigned i = 0; i < r->costs.count; i++) {
        const struct report_cost *c = &r->costs.of[i];
        const char *saving = report_cost_saving(&r->costs, c, &r->arena);
        fprintf(out, "<tr><td>%.3f</td><td>%" PRIu64 "</td>", (double)c->ns / 1e9, c->calls);
        put_cell(out, "", report_cost_words(c, &r->arena));
        put_cell(out, "", saving == NULL ? "" : saving);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table>\n", out);
}

/* Times, counted from the first, keep the page small. */
static void put_moments(const struct report *r, FILE *out)
{
    uint64_t first = r->moment_count > 0 ? r->moments[0].milliseconds : 0;
    for (size_t i = 0; i < r->moment_count; i++)
        if (r->moments[i].milliseconds < first)
            first = r->moments[i].milliseconds;
    fputs("<script type=\"application/json\" id=\"moments\">[", out);
    for (size_t i = 0; i < r->moment_count; i++)
        fprintf(out, "%s[%" PRIu32 ",%" PRId32 ",%" PRIu64 "]", i > 0 ? "," : "",
                r->moments[i].kind, r->moments[i].pid, r->moments[i].milliseconds - first);
    fputs("]</script>\n", out);
}

static void put_head(struct report *r, FILE *out)
{
    const char *remarks = report_remarks(r);
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
            "<meta name=\"generator\" content=\"lxshim " LXSHIM_VERSION "\">\n"
            "<meta name=\"viewport\" content=\"width=device-width\">\n"
            "<title>lxshim</title>\n<style>%s</style></head><body>\n<h1>",
            style);
    report_put_xml(out, report_headline(r));
    fputs("</h1>\n", out);
    if (r->about.command != NULL) {
        fputs("<p><code>", out);
        report_put_xml(out, r->about.command);
        fputs("</code>", out);
        if (r->about.status >= 0)
            fprintf(out, " ended with status %d", r->about.status);
        if (r->about.profile != NULL) {
            fputs(", by the rules of ", out);
            report_put_xml(out, r->about.profile);
        }
        fputs("</p>\n", out);
    }
    if (remarks[0] != '\0')
        fprintf(out, "<p class=\"lacks\">%s</p>\n", remarks);
}

void report_html(struct report *r, FILE *out)
{
    put_head(r, out);
    fputs(
        "<p id=\"filter\" hidden>rule <select id=\"rule\"><option value=\"\">all</option></select>"
        "program <select id=\"program\"><option value=\"\">all</option></select></p>\n"
        "<svg id=\"timeline\" role=\"img\" aria-label=\"calls by process and time\"></svg>\n"
        "<table id=\"kinds\"><thead><tr><th></th><th>rule</th><th>what happened</th>"
        "<th>program</th><th>held by</th><th>times</th><th>what usually helps</th></tr></thead>"
        "<tbody>\n",
        out);
    for (size_t i = 0; i < r->count; i++)
        put_kind(r, &r->kinds[i], out);
    fputs("</tbody></table>\n", out);
    put_cost(r, out);
    put_moments(r, out);
    fprintf(out, "<script>%s</script>\n</body></html>\n", script);
}
