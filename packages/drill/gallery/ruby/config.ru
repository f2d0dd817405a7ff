require 'json'

run lambda { |env|
  case [env['REQUEST_METHOD'], env['PATH_INFO']]
  when ['GET', '/healthz']
    [200, {}, []]
  when ['POST', '/orders']
    order = JSON.parse(env['rack.input'].read)
    sleep 0.005 # the work
    File.write(ENV.fetch('EFFECTS_FILE'), "#{order['id']}\n", mode: 'a')
    [201, { 'Content-Type' => 'application/json' }, [order.to_json]]
  else
    [404, {}, []]
  end
}
