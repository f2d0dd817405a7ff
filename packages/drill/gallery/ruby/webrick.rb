require 'json'
require 'webrick'

server = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: ENV.fetch('PORT'), AccessLog: [])

server.mount_proc('/healthz') { |_request, response| response.status = 200 }

server.mount_proc('/orders') do |request, response|
  order = JSON.parse(request.body)
  sleep 0.005 # the work
  File.write(ENV.fetch('EFFECTS_FILE'), "#{order['id']}\n", mode: 'a')
  response.status = 201
  response.content_type = 'application/json'
  response.body = order.to_json
end

trap('TERM') { server.shutdown } # as its documentation does for INT
server.start
