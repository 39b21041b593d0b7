package dev.weir.control.ingress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ByteProcessor;

/**
 * Stands before HTTP's codec and tells those behind it that bytes have come. The codec says nothing until it has a whole head, and a
 * client that sends one a byte at a time would hold its connection for as long as it likes.
 */
final class ByteWatch extends ChannelInboundHandlerAdapter {
    static final String NAME = "weir.bytes";

    /** What it tells. */
    enum Event {
        BYTES_ARRIVED
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        // Line ends between two requests belong to neither.
        if (message instanceof ByteBuf bytes && bytes.forEachByte(ByteProcessor.FIND_NON_CRLF) >= 0) {
            context.fireUserEventTriggered(Event.BYTES_ARRIVED);
        }
        context.fireChannelRead(message);
    }
}
