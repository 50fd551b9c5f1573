module scute/clients

go 1.19

require (
	github.com/confluentinc/confluent-kafka-go/v2 v2.3.0
	github.com/twmb/franz-go/pkg/sr v1.0.1
	google.golang.org/genproto v0.0.0-20230331144136-dcfb400f0633
	google.golang.org/protobuf v1.30.0
)
