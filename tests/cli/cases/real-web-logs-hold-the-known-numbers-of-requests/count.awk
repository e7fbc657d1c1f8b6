# Counts the requests of a log in another way than voc: by the marks that any request has in the forms of these files.
#   NCSA and load balancers: "METHOD page HTTP/n" in quotes; W3C: lines that are no directive; JSON: a name for the page.
/^#/ { w3c = w3c || /^#Fields/; next }
/^[ \t\r]*$/ { next }
w3c { n++; next }
/"(GET|POST|HEAD|PUT|DELETE|OPTIONS|PATCH) [^"]* HTTP\/[0-9.]+"/ { n++; next }
/"(uri|path|RequestPath|ClientRequestURI)": ?"/ { n++ }
END { print n + 0 }
