/** What `--help` ends with. */
export const EXAMPLES = `
Examples:
  Any server, in any language. It is asked GET / and told to stop 60 times:
    $ npx lastcall-drill -- ./my-server --port {{port}}

  Orders that must not be lost, each looked up in the database when the server has gone:
    $ npx lastcall-drill --request 'POST /orders' -H 'content-type: application/json' --body '{"name":"{{id}}"}' \\
        --expect 201 --ready 'GET /healthz' --effects 'psql -Atc "select name from orders"' -- node server.js

  A container that runs already:
    $ npx lastcall-drill --target http://172.17.0.2:8080 --stop 'docker kill -s TERM web' --gone 'docker wait web' \\
        --start 'docker start web'

  In CI, with everything that it needs in a file:
    $ npx lastcall-drill init
    $ npx lastcall-drill --config drill.yaml --junit drill.xml --report drill.html

Exit codes: 0 nothing went wrong; 1 faults were found; 2 the drill could not be run.
More commands: lastcall-drill init [file]; lastcall-drill completion bash|zsh|fish
`;
