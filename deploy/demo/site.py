#!/usr/bin/env python3
"""site.py PORT [SECONDS]: four small news sites for the quickstart, on loopback.

Each stands on an address of its own, publishes an article every SECONDS (2),
and is made of invented news: a listing in GB18030, an RSS feed, a sitemap that
robots.txt names, and a repost farm that puts pinyin into what it copies.
Prints "published N of M: TITLE" as it goes and "published everything" at the
end; serves until it is stopped.
"""
import email.utils
import hashlib
import html
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOSTS = {"bureau": "127.0.2.1", "daily": "127.0.2.2", "portal": "127.0.2.3", "repost": "127.0.2.4"}

ARTICLES = [  # host, id, title, paragraphs
    ("daily", 101, "浙江发布人工智能应用场景清单", [
        "浙江省有关部门日前公布首批人工智能应用场景清单，涵盖制造、医疗、交通和政务服务等二十个方向。",
        "清单要求各地在年底前完成场景需求征集，对采用国产大模型的项目给予优先支持，并建立安全评估机制。",
        "负责人表示，下一步将推动算力资源向中小企业开放，让更多企业用得上、用得起人工智能。"]),
    ("bureau", 201, "关于开展生成式人工智能服务备案工作的通知", [
        "各有关单位：为规范生成式人工智能服务，现就备案工作有关事项通知如下。",
        "提供具有舆论属性或者社会动员能力的生成式人工智能服务的，应当在上线前向所在地主管部门提交备案材料，包括安全评估报告、语料来源说明和投诉处理机制。",
        "已经上线的大模型产品应当在三个月内补办备案手续，逾期未备案的不得继续提供服务。"]),
    ("portal", 301, "城市公园迎来赏花季", [
        "随着气温回升，市内多处公园的樱花和郁金香陆续开放，前来赏花的市民络绎不绝。",
        "园林部门提醒，周末客流较大，建议乘坐公共交通工具前往，并爱护花木，不要攀折。",
        "据介绍，今年的花期预计持续到下月中旬，园区还将举办摄影展和植物科普活动。"]),
    ("daily", 102, "DeepSeek走进县城课堂", [
        "在一所县城中学的教室里，老师正用DeepSeek演示如何检查实验报告中的计算错误。",
        "学校介绍，引入大模型之后，教师备课时间平均缩短三分之一，但作业批改仍由教师本人完成。",
        "教育部门要求，课堂使用人工智能工具必须经过家长同意，并保护学生的个人信息。"]),
    ("bureau", 202, "关于促进产业集群数字化转型的若干措施", [
        "为推动产业集群数字化转型，经研究，制定以下措施，自印发之日起施行。",
        "支持建设产业大脑，鼓励龙头企业开放工业数据，对首次采用工业大模型的企业发放算力券，单个企业每年不超过五十万元。",
        "各县区应当于每季度末报送进展情况，对工作滞后的予以通报。"]),
    ("portal", 302, "杭州：机器人上岗服务大厅", [
        "杭州市民中心的服务大厅近日来了两位新同事：能听懂方言的人形机器人。",
        "它们由本地企业研制，搭载多模态大模型，可以引导办事、填写表单，并在遇到疑难时转接人工。",
        "浙江省数据部门表示，人工智能不会代替窗口人员，而是让他们有时间处理更复杂的事项。"]),
    ("repost", 401, "浙江发布人工智能应用场景清单", None),  # copies daily 101, with noise
    ("portal", 303, "周末天气晴好 适宜出行", [
        "气象台预计，本周末全市以晴到多云天气为主，最高气温二十二度，早晚温差较大。",
        "北部山区有短时大风，出行请注意防范，森林防火等级维持在三级，严禁野外用火。",
        "下周初受弱冷空气影响，局部地区有小雨，请市民朋友及时关注最新预报。"]),
]

PINYIN = {"人工智能": "réngōngzhìnéng", "部门": "bùmén", "企业": "qǐyè", "安全": "ānquán"}


def published():
    return ARTICLES[:state["count"]]


def noisy(paragraphs):
    text = []
    for p in paragraphs:
        for word, sound in PINYIN.items():
            p = p.replace(word, "%s(%s)" % (word, sound), 1)
        text.append(p)
    return text


def article_page(host, number, title, paragraphs):
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(state["start"]))
    if paragraphs is None:
        paragraphs = noisy(ARTICLES[0][3])
    body = "".join("<p>%s</p>" % html.escape(p) for p in paragraphs)
    side = "<div class='related'><h4>热点推荐</h4><ul>%s</ul></div>" % "".join(
        "<li><a href='/hot/%d.html'>热门话题第%d期：明星近况</a></li>" % (i, i) for i in range(6))
    return ("<!DOCTYPE html><html lang='zh-CN'><head><title>%s_示例%s</title>%s</head><body>"
            "<div class='nav'><a href='/'>首页</a> <a href='/sports/'>体育</a></div>"
            "<h1>%s</h1><div class='info'>%s 来源：示例%s</div><div class='content'>%s</div>%s"
            "<div class='footer'>版权所有 示例站 网站地图</div></body></html>"
            % (title, host, charset_tag(host), title, when, host, body, side))


def charset_tag(host):
    return "<meta charset='%s'>" % ("gb2312" if host == "bureau" else "utf-8")


def paths(host):
    mine = [a for a in published() if a[0] == host]
    pages = {"/news/%d.html" % a[1]: article_page(*a) for a in mine}
    links = "".join("<li><a href='/news/%d.html'>%s</a></li>" % (a[1], a[2]) for a in mine)
    base = "http://%s:%d" % (HOSTS[host], state["port"])
    if host == "daily":
        items = "".join("<item><title>%s</title><link>%s/news/%d.html</link></item>" % (a[2], base, a[1]) for a in mine)
        pages["/rss.xml"] = ("<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>"
                             "<title>示例日报</title><link>%s/</link>%s</channel></rss>" % (base, items))
    elif host == "portal":
        urls = "".join("<url><loc>%s/news/%d.html</loc></url>" % (base, a[1]) for a in mine)
        pages["/sitemap.xml"] = ("<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
                                 "%s</urlset>" % urls)
        pages["/robots.txt"] = "User-agent: *\nDisallow: /hot/\nSitemap: %s/sitemap.xml\n" % base
    else:
        pages["/index.html"] = ("<!DOCTYPE html><html><head><title>通知公告</title>%s</head><body>"
                                "<ul class='list'>%s</ul></body></html>" % (charset_tag(host), links))
    return pages


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host = ""

    def do_GET(self):
        text = paths(self.host).get(self.path.split("?")[0])
        if text is None:
            return self.answer(404, b"not here", "text/plain", None)
        body = text.encode("gb18030" if self.host == "bureau" else "utf-8")
        etag = '"%s"' % hashlib.sha1(body).hexdigest()[:16]
        kind = {"xml": "application/xml", "txt": "text/plain"}.get(self.path.rsplit(".", 1)[-1], "text/html")
        if self.headers.get("If-None-Match") == etag:
            return self.answer(304, b"", kind, etag)
        self.answer(200, body, kind, etag)

    def answer(self, status, body, kind, etag):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Last-Modified", email.utils.formatdate(state["start"], usegmt=True))
        if etag:
            self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


state = {"count": 0, "start": time.time(), "port": 0}


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *a: os._exit(0))
    state["port"] = int(sys.argv[1])
    pause = float(sys.argv[2]) if len(sys.argv) == 3 else 2.0
    for host, address in HOSTS.items():
        handler = type("Site_" + host, (Site,), {"host": host})
        server = ThreadingHTTPServer((address, state["port"]), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    for article in ARTICLES:
        time.sleep(pause)
        state["count"] += 1
        print("published %d of %d: %s (%s)" % (state["count"], len(ARTICLES), article[2], article[0]), flush=True)
    print("published everything", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
